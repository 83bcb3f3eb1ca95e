#include "etl/command/manual.h"

#include <stdio.h>
#include <string.h>

#include "config/job/job_shape.h"
#include "etl/command/command.h"
#include "etl/command/help.h"
#include "etl/command/options.h"
#include "etl/command/version.h"
#include "etl/pipeline/step_log.h"

/* ---- man(7) ---- */

/* A text in its own words: what troff would take for itself is escaped. */
static void
add_text(struct text *t, const char *text)
{
    bool at_start = true;

    for (; *text != '\0'; text++) {
        if (at_start && (*text == '.' || *text == '\''))
            text_add(t, "\\&");
        if (*text == '\\')
            text_add(t, "\\e");
        else if (*text == '-')
            text_add(t, "\\-");
        else
            text_add_char(t, *text);
        at_start = *text == '\n';
    }
}

static void
add_head(struct text *t, const char *name, const char *section, const char *what)
{
    text_add_format(
        t, ".TH %s %s \"\" \"%s %s\"\n.SH NAME\n", name, section, PROGRAM_NAME, PROGRAM_VERSION);
    add_text(t, name);
    text_add(t, " \\- ");
    add_text(t, what);
    text_add_char(t, '\n');
}

static void
add_section(struct text *t, const char *heading)
{
    text_add_format(t, ".SH %s\n", heading);
}

/* A term in bold, what stands for its value in italics, and behind it what it means. */
static void
add_term(struct text *t, const char *term, const char *value, const char *meaning)
{
    text_add(t, ".TP\n\\fB");
    add_text(t, term);
    text_add(t, "\\fR");
    if (value != NULL && value[0] != '\0') {
        text_add(t, " \\fI");
        add_text(t, value);
        text_add(t, "\\fR");
    }
    text_add_char(t, '\n');
    add_text(t, meaning);
    text_add(t, "\n");
}

/* ---- nightcube(1) ---- */

static void
add_options(struct text *t, const struct command_option *options)
{
    struct text name = TEXT_INIT, meaning = TEXT_INIT;

    for (const struct command_option *o = options; o != NULL && o->name != NULL; o++) {
        text_clear(&name);
        text_clear(&meaning);
        text_add_format(&name, "--%s", o->name);
        text_add_format(&meaning, "%s%s", o->help, o->repeats ? " (may be repeated)" : "");
        add_term(t, text_get(&name), o->argument, text_get(&meaning));
    }
    t->failed = t->failed || name.failed || meaning.failed;
    text_release(&name);
    text_release(&meaning);
}

static void
add_details(struct text *t, const char *details)
{
    struct text paragraph = TEXT_INIT;

    while (details != NULL && *details != '\0') {
        const char *end = strstr(details, "\n\n");
        size_t length = end == NULL ? strlen(details) : (size_t)(end - details);

        text_clear(&paragraph);
        text_add_bytes(&paragraph, details, length);
        text_add(t, ".PP\n");
        add_text(t, text_get(&paragraph));
        text_add_char(t, '\n');
        details = end == NULL ? NULL : end + 2;
    }
    t->failed = t->failed || paragraph.failed;
    text_release(&paragraph);
}

static void
add_command(struct text *t, const struct command *c)
{
    struct text fields = TEXT_INIT;

    text_add_format(t, ".SS \"%s", c->name);
    if (c->arguments[0] != '\0') {
        text_add_char(t, ' ');
        add_text(t, c->arguments);
    }
    text_add(t, "\"\n");
    add_text(t, c->summary);
    text_add(t, ".\n");
    add_details(t, c->details);
    add_options(t, c->options);
    for (const struct command_fields *l = c->fields; l != NULL && l->columns != NULL; l++) {
        text_add(t, ".PP\n");
        help_add_fields(&fields, l);
        add_text(t, text_get(&fields));
        text_add_char(t, '\n');
        text_clear(&fields);
    }
    t->failed = t->failed || fields.failed;
    text_release(&fields);
}

static void
add_exit_codes(struct text *t)
{
    char code[16];

    add_section(t, "EXIT STATUS");
    for (int kind = 0; kind < FAULT_KIND_COUNT; kind++) {
        snprintf(code, sizeof code, "%d", fault_kinds[kind].exit_code);
        add_term(t, code, NULL, fault_kinds[kind].meaning);
    }
}

static void
add_log_fields(struct text *t)
{
    add_section(t, "LOG");
    text_add(t,
        "With \\fB\\-\\-log\\-format json\\fR each line on standard error is an object; a line "
        "of a job has more of these fields. The last line of a job is its summary, as with "
        "\\fB\\-\\-json\\fR.\n");
    for (const struct step_log_words *w = step_log_words; w->name != NULL; w++)
        add_term(t, w->name, NULL, w->words);
}

static void
add_environment(struct text *t)
{
    static const char *const rows[][2] = {
        {"NIGHTCUBE_CONFIG", "the settings file, when --config does not name one"},
        {"NIGHTCUBE_NOW", "what is taken as the present moment (RFC 3339), for tests and replays"},
        {"CREDENTIALS_DIRECTORY", "where {secret:NAME} is looked for first (systemd.exec(5))"},
        {"NO_COLOR", "no colours, when it is not empty"},
        {"XDG_CONFIG_HOME, XDG_DATA_HOME", "where settings and the embedded default lie"},
    };

    add_section(t, "ENVIRONMENT");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        add_term(t, rows[i][0], NULL, rows[i][1]);
}

void
manual_add_program(struct text *t)
{
    add_head(t, "nightcube", "1", "keeps business-activity databases healthy night after night");
    add_section(t, "SYNOPSIS");
    text_add(t, "\\fBnightcube\\fR \\fICOMMAND\\fR [\\fIoptions\\fR]\n");
    add_section(t, "DESCRIPTION");
    text_add(t, "Partitions, archives and drops completed activity instances, loads a star schema, "
                "processes cubes and backs everything up, in an order that cannot lose a row. "
                "Results go to standard output, everything else to standard error.\n");
    add_section(t, "OPTIONS");
    text_add(t, "Of every command, before it or behind it:\n");
    add_options(t, options_global);
    add_section(t, "COMMANDS");
    for (const struct command *const *c = commands; *c != NULL; c++)
        add_command(t, *c);
    add_exit_codes(t);
    add_log_fields(t);
    add_environment(t);
    add_section(t, "FILES");
    add_term(t, "nightcube.xml", NULL,
        "the settings: looked for in the working directory, in $XDG_CONFIG_HOME/nightcube and in "
        "/etc/nightcube");
    add_section(t, "SEE ALSO");
    text_add(t, "\\fBnightcube\\-job\\fR(5), \\fBage\\fR(1)\n");
}

/* ---- nightcube-job(5) ---- */

/* What a step does, in order of its kind; NULL: none of a job file. */
static const char *const step_words[STEP_KIND_COUNT] = {
    [STEP_BACKUP_DATABASE] =
        "Backs databases up. Database names one of the settings, or ends in * for all that begin "
        "so; Other:* are the other databases.",
    [STEP_BACKUP_ANALYSIS] = "Backs analysis databases up, with all their cubes.",
    [STEP_MAINTAIN_DATA] =
        "Maintains the data of activities: swaps completed instances out as a partition, copies "
        "partitions that have left the online window to the archive, backs the archive up, and "
        "only then drops them.",
    [STEP_LOAD_STAR_SCHEMA] = "Loads new completed and all active instances into the star schema.",
    [STEP_PROCESS_CUBE] = "Processes cubes from the star schema.",
    [STEP_TRUNCATE_FACTS] = "Empties the facts of cubes; a purge asks for it.",
    [STEP_PURGE_CUBE] = "Empties cubes; full processing follows in the same job.",
};

static const struct {
    const char *attribute;
    const char *words;
} attribute_words[] = {
    {"Name", "the step's name, unique in the job"},
    {"Database", "which databases"},
    {"Activity", "which activities"},
    {"Cube", "which cubes"},
    {"OnError", "whether the job goes on after a failure (default: stop)"},
    {"Frequency", "skipped when this calendar period (UTC) has a complete set already"},
    {"BackupArchive", "false drops without backing the archive up before: a warning"},
    {"History", "what is read again after a purge (default: what the online window holds)"},
    {"Type", "how cubes are processed (default: ProcessDefault)"},
};

static void
add_attribute(struct text *t, const struct shape_attribute *a)
{
    struct text meaning = TEXT_INIT;
    const char *words = "";

    for (size_t i = 0; i < sizeof attribute_words / sizeof *attribute_words; i++) {
        if (strcmp(attribute_words[i].attribute, a->name) == 0)
            words = attribute_words[i].words;
    }
    text_add(&meaning, words);
    for (const char *const *c = a->choices; c != NULL && *c != NULL; c++)
        text_add_format(&meaning, "%s%s", c == a->choices ? "; one of " : ", ", *c);
    if (a->need == SHAPE_REQUIRED)
        text_add(&meaning, "; required");
    add_term(t, a->name, NULL, text_get(&meaning));
    t->failed = t->failed || meaning.failed;
    text_release(&meaning);
}

static void
add_step(struct text *t, const struct shape *shape)
{
    text_add_format(t, ".SS %s\n", shape->name);
    for (int kind = 0; kind < STEP_KIND_COUNT; kind++) {
        if (strcmp(step_kind_names[kind], shape->name) == 0 && step_words[kind] != NULL)
            add_text(t, step_words[kind]);
    }
    text_add_char(t, '\n');
    for (const struct shape_attribute *a = shape->attributes; a != NULL && a->name != NULL; a++)
        add_attribute(t, a);
}

/* An example is printed as it stands. */
static void
add_example(struct text *t, const char *example)
{
    text_add(t, ".nf\n");
    add_text(t, example);
    text_add(t, ".fi\n");
}

void
manual_add_job(struct text *t)
{
    add_head(t, "nightcube-job", "5", "job files of nightcube");
    add_section(t, "DESCRIPTION");
    text_add(t, "An XML document in the namespace ");
    add_text(t, JOB_URI);
    text_add(t, " whose root is Job, with a Name. Its steps run in the order of the file. A name "
                "may end in * and then stands for all that begin so.\n.PP\n"
                "An order that would lose data is refused before anything is touched: a purge "
                "whose facts were not truncated before it, a purge without full processing after "
                "it, the star schema backed up before the analysis databases.\n.PP\n"
                "A Batch, Backup, Restore or Process command in the namespace of the Analysis "
                "Services engine is a job file as it stands.\n");
    add_section(t, "STEPS");
    for (const struct shape_child *c = job_shape.children; c->shape != NULL; c++)
        add_step(t, c->shape);
    add_section(t, "EXAMPLE");
    text_add(t, "The built\\-in nightly job:\n.PP\n");
    add_example(t, job_nightly_xml);
    add_section(t, "SEE ALSO");
    text_add(t, "\\fBnightcube\\fR(1)\n");
}
