#include "etl/command/help.h"

#include <string.h>

#include "etl/command/options.h"
#include "etl/command/output.h"
#include "etl/pipeline/step_log.h"

enum { LINE_WIDTH = 80, OPTION_COLUMN = 28, SUMMARY_COLUMN = 14 };

static void
add_blanks(struct text *t, size_t count)
{
    while (count-- > 0)
        text_add_char(t, ' ');
}

/* Adds words to a line that is `at` wide already; further lines begin at `indent`. */
static void
add_wrapped(struct text *t, const char *words, size_t at, size_t indent)
{
    bool first = true;

    while (*words != '\0') {
        size_t length = strcspn(words, " ");

        if (!first && at + 1 + length > LINE_WIDTH) {
            text_add_char(t, '\n');
            add_blanks(t, indent);
            at = indent;
        } else if (!first) {
            text_add_char(t, ' ');
            at++;
        }
        text_add_bytes(t, words, length);
        at += length;
        words += length;
        words += strspn(words, " ");
        first = false;
    }
    text_add_char(t, '\n');
}

/* "  left        right right\n              right" */
static void
add_entry(struct text *t, const char *left, size_t column, const char *right)
{
    size_t width = strlen(left) + 2;

    text_add_format(t, "  %s", left);
    if (width + 2 > column) {
        text_add_char(t, '\n');
        width = 0;
    }
    add_blanks(t, column - width);
    add_wrapped(t, right, column, column);
}

static void
add_options(struct text *t, const struct command_option *options)
{
    struct text left = TEXT_INIT, right = TEXT_INIT;

    for (const struct command_option *o = options; o != NULL && o->name != NULL; o++) {
        text_clear(&left);
        text_clear(&right);
        text_add_format(&left, "--%s%s%s", o->name, o->argument == NULL ? "" : " ",
            o->argument == NULL ? "" : o->argument);
        text_add_format(&right, "%s%s", o->help, o->repeats ? " (may be repeated)" : "");
        add_entry(t, text_get(&left), OPTION_COLUMN, text_get(&right));
    }
    t->failed = t->failed || left.failed || right.failed;
    text_release(&left);
    text_release(&right);
}

void
help_add_overview(struct text *t)
{
    text_add(t, "nightcube keeps business-activity databases healthy night after night.\n\n"
                "nightcube COMMAND [options]\n\n");
    for (const struct command *const *c = commands; *c != NULL; c++)
        add_entry(t, (*c)->name, SUMMARY_COLUMN, (*c)->summary);
    text_add(t, "\nOptions of every command, before it or behind it:\n");
    add_options(t, options_global);
    text_add(t, "\nnightcube help COMMAND explains one; help exit-codes lists these, help\n"
                "log-fields what a JSON log has.\n");
}

static void
add_details(struct text *t, const char *details)
{
    struct text paragraph = TEXT_INIT;

    while (*details != '\0') {
        const char *end = strstr(details, "\n\n");
        size_t length = end == NULL ? strlen(details) : (size_t)(end - details);

        text_clear(&paragraph);
        text_add_bytes(&paragraph, details, length);
        text_add_char(t, '\n');
        add_wrapped(t, text_get(&paragraph), 0, 0);
        details += length + (end == NULL ? 0 : 2);
    }
    t->failed = t->failed || paragraph.failed;
    text_release(&paragraph);
}

/* "With --json a line has: job, state, ..." */
static void
add_fields(struct text *t, const struct command_fields *fields)
{
    struct text list = TEXT_INIT;

    for (; fields != NULL && fields->columns != NULL; fields++) {
        text_add_char(t, '\n');
        text_clear(&list);
        help_add_fields(&list, fields);
        add_wrapped(t, text_get(&list), 0, 2);
    }
    t->failed = t->failed || list.failed;
    text_release(&list);
}

void
help_add_fields(struct text *t, const struct command_fields *fields)
{
    static const char *const kinds[] = {[GRID_TEXT] = "",
        [GRID_NUMBER] = " (number)",
        [GRID_TIME] = " (time)",
        [GRID_FLAG] = " (truth)"};

    text_add_format(t, "With --json a line%s%s%s has:", fields->of == NULL ? "" : " (",
        fields->of == NULL ? "" : fields->of, fields->of == NULL ? "" : ")");
    for (size_t i = 0; fields->count == 0 ? fields->columns[i].name != NULL : i < fields->count;
         i++)
        text_add_format(t, "%s %s%s", i == 0 ? "" : ",", fields->columns[i].name,
            kinds[fields->columns[i].kind]);
    text_add_char(t, '.');
}

void
help_add_command(struct text *t, const struct command *c)
{
    bool has_options = c->options != NULL && c->options->name != NULL;

    text_add_format(t, "nightcube %s%s%s%s\n\n", c->name, c->arguments[0] == '\0' ? "" : " ",
        c->arguments, has_options ? " [options]" : "");
    text_add_format(t, "%s: ", c->name);
    add_wrapped(t, c->summary, strlen(c->name) + 2, 0);
    if (c->details != NULL)
        add_details(t, c->details);
    if (has_options) {
        text_add(t, "\nOptions:\n");
        add_options(t, c->options);
    }
    text_add(t, "\nOptions of every command:\n");
    add_options(t, options_global);
    add_fields(t, c->fields);
}

void
help_add_log_fields(struct text *t)
{
    text_add(t, "With --log-format json each line on stderr is an object. A line of a job has\n"
                "more of these fields:\n\n");
    for (const struct step_log_words *w = step_log_words; w->name != NULL; w++)
        add_entry(t, w->name, SUMMARY_COLUMN, w->words);
    text_add(t, "\nThe last line of a job is its summary, as with --json.\n");
}

int
help_print(const struct command *c, struct fault *f)
{
    struct text t = TEXT_INIT;
    int rc;

    if (c == NULL)
        help_add_overview(&t);
    else
        help_add_command(&t, c);
    rc = output_take(&t, f);
    text_release(&t);
    return rc;
}

/* ---- completion ---- */

static void
add_option_words(struct text *t, const struct command_option *options, bool with_value)
{
    for (const struct command_option *o = options; o != NULL && o->name != NULL; o++) {
        if (!with_value || o->argument != NULL)
            text_add_format(t, " --%s", o->name);
    }
}

static void
add_completion_case(struct text *t, const struct command *c)
{
    text_add_format(t, "    %s)\n        words=\"", c->name);
    for (const char *const *w = c->words; w != NULL && *w != NULL; w++)
        text_add_format(t, "%s%s", w == c->words ? "" : " ", *w);
    text_add(t, "\"\n        options=\"");
    add_option_words(t, c->options, false);
    text_add(t, "\"\n        valued=\"");
    add_option_words(t, c->options, true);
    text_add(t, "\"\n        ;;\n");
}

void
help_add_completion(struct text *t)
{
    text_add(t, "# bash completion for nightcube; put it into ~/.bash_completion, or source it\n"
                "_nightcube()\n{\n"
                "    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}\n"
                "    local command= at=0 word skip= words= options= valued=\n"
                "    local globals=\"");
    add_option_words(t, options_global, false);
    text_add(t, "\"\n    local globals_valued=\"");
    add_option_words(t, options_global, true);
    text_add(t, "\"\n"
                "    for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
                "        at=$((at + 1))\n"
                "        [[ -n $skip ]] && { skip=; continue; }\n"
                "        [[ \" $globals_valued \" == *\" $word \"* ]] && { skip=1; continue; }\n"
                "        [[ $word != -* ]] && { command=$word; break; }\n"
                "    done\n"
                "    case $command in\n    '')\n        words=\"");
    for (const struct command *const *c = commands; *c != NULL; c++)
        text_add_format(t, "%s%s", c == commands ? "" : " ", (*c)->name);
    text_add(t, "\"\n        at=$COMP_CWORD\n        ;;\n");
    for (const struct command *const *c = commands; *c != NULL; c++)
        add_completion_case(t, *c);
    text_add(t, "    esac\n"
                "    [[ -n $command ]] && at=$((at + 1))\n"
                "    if [[ \" $valued $globals_valued \" == *\" $previous \"* ]]; then\n"
                "        COMPREPLY=($(compgen -f -- \"$current\"))\n"
                "    elif [[ $current == -* ]]; then\n"
                "        COMPREPLY=($(compgen -W \"$options $globals\" -- \"$current\"))\n"
                "    elif [[ -n $words && $COMP_CWORD == \"$at\" ]]; then\n"
                "        COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
                "    else\n"
                "        COMPREPLY=($(compgen -f -- \"$current\"))\n"
                "    fi\n"
                "}\n"
                "complete -F _nightcube nightcube\n");
}
