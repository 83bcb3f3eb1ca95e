/* Settings, jobs (XMLA among them) and BAM definitions: targets of fuzz.h. */
#include <stdlib.h>

#include "config/definition/definition.h"
#include "config/job/job.h"
#include "config/settings/settings.h"
#include "tests/fuzz/fuzz.h"

bool
fuzz_settings(const uint8_t *bytes, size_t size)
{
    struct findings list = FINDINGS_INIT("settings");
    struct settings s = SETTINGS_INIT;
    struct fault f = FAULT_INIT;
    bool taken = settings_read(&s, fuzz_file(bytes, size), &list, &f) == 0;

    settings_release(&s);
    findings_release(&list);
    return taken;
}

bool
fuzz_job(const uint8_t *bytes, size_t size)
{
    struct findings list = FINDINGS_INIT("job");
    struct job j = JOB_INIT;
    struct fault f = FAULT_INIT;
    bool taken = job_read_text(&j, (const char *)bytes, size, &list, &f) == 0;

    job_release(&j);
    findings_release(&list);
    return taken;
}

/* What was taken can be written, and what was written is taken. */
static void
write_and_read(const struct definition *d)
{
    struct findings list = FINDINGS_INIT("written");
    struct definition again = DEFINITION_INIT;
    struct text xml = TEXT_INIT;
    struct fault f = FAULT_INIT;

    if (definition_write(d, &xml, &f) != 0 ||
        definition_read_text(&again, xml.bytes, xml.length, &list, &f) != 0)
        abort();
    definition_release(&again);
    text_release(&xml);
    findings_release(&list);
}

bool
fuzz_definition(const uint8_t *bytes, size_t size)
{
    struct findings list = FINDINGS_INIT("definition");
    struct definition d = DEFINITION_INIT;
    struct fault f = FAULT_INIT;
    bool taken = definition_read_text(&d, (const char *)bytes, size, &list, &f) == 0;

    if (taken)
        write_and_read(&d);
    definition_release(&d);
    findings_release(&list);
    return taken;
}
