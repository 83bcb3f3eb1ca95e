#!/bin/sh
# check-layers.sh [DIRECTORY]: what the compiler cannot see. Prints each violation as file:line and exits 1 when there is one.
#   - #include goes down the floors only: config <- backup, cube <- etl; backup and cube never see each other
#   - ODBC's headers belong to etl/odbc
#   - functions that are banned, because a safer one exists or because they reach round their callers
#   - every folder with sources says in a README.md what lives there
set -eu
cd "${1:-$(dirname "$0")/..}"

floors=''
for floor in config backup cube etl; do
    [ ! -d "$floor" ] || floors="$floors $floor"
done
# shellcheck disable=SC2086 # one word a floor
files=$(find $floors -name '*.[ch]' | LC_ALL=C sort)
status=0

# shellcheck disable=SC2086 # one word a file
awk '
function report(message) {
    print FILENAME ":" FNR ": " message
    failed = 1
}

# The line without string and character literals and comments; a comment may run over lines.
function code_of(line,    at) {
    if (comment) {
        if ((at = index(line, "*/")) == 0)
            return ""
        line = substr(line, at + 2)
        comment = 0
    }
    gsub(/"([^"\\]|\\.)*"/, "\"\"", line)
    gsub(/\047([^\047\\]|\\.)*\047/, "0", line)
    while ((at = index(line, "/*")) > 0) {
        rest = substr(line, at + 2)
        line = substr(line, 1, at - 1)
        if ((at = index(rest, "*/")) == 0) {
            comment = 1
            return line
        }
        line = line " " substr(rest, at + 2)
    }
    sub(/\/\/.*/, "", line)
    return line
}

function check_include(name,    target) {
    target = name
    sub(/\/.*/, "", target)
    if (index(" " below[floor] " ", " " target " ") == 0)
        report(floor " must not see " name)
}

BEGIN {
    below["config"] = "config"
    below["backup"] = "backup config"
    below["cube"] = "cube config"
    below["etl"] = "etl backup cube config"
    count = split("strcpy stpcpy strcat sprintf vsprintf gets strtok setlocale setjmp sigsetjmp longjmp siglongjmp " \
        "system popen tmpnam tempnam mktemp exit _exit quick_exit abort", names, " ")
}

FNR == 1 {
    comment = 0
    floor = FILENAME
    sub(/\/.*/, "", floor)
}

/^[ \t]*#[ \t]*include[ \t]*"/ {
    split($0, part, "\"")
    check_include(part[2])
}

/^[ \t]*#[ \t]*include[ \t]*<(sql|odbc)[a-z]*\.h>/ {
    if (FILENAME !~ /^etl\/odbc\//)
        report("ODBC is known in etl/odbc only")
}

{
    code = code_of($0)
    for (i = 1; i <= count; i++) {
        if (code !~ names[i])
            continue
        if (code ~ ("(^|[^A-Za-z0-9_.>])" names[i] "[ \t]*\\(") &&
            !(names[i] == "exit" && FILENAME == "etl/command/main.c"))
            report(names[i] "() is banned here")
    }
}

END { exit failed }
' $files || status=1

for folder in $(printf '%s\n' "$files" | sed -n 's|/[^/]*\.c$||p' | sort -u); do
    if [ ! -f "$folder/README.md" ]; then
        echo "$folder/README.md:1: missing"
        status=1
    fi
done
exit $status
