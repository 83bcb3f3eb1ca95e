#include "etl/odbc/requirement.h"

const struct requirement requirements_sqlite[] = {
    {
        .what = "encoding",
        .weight = REQUIREMENT_VITAL,
        .query = "SELECT encoding, encoding = 'UTF-8' FROM pragma_encoding",
        .cure = "keys sort by their bytes in UTF-8: dump it, and read the dump into a new file",
    },
    {
        .what = "journal",
        .weight = REQUIREMENT_ADVISED,
        .query = "SELECT journal_mode, journal_mode = 'wal' FROM pragma_journal_mode",
        .cure = "with WAL a backup and a writer do not wait for each other: is the file on a "
                "network share, where SQLite cannot do that?",
    },
    {.what = NULL},
};
