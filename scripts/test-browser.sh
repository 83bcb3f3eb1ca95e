#!/bin/sh
# test-browser.sh PROGRAM: what `make test-browser` does. Makes reports of an installation of its own and renders them in
# headless Chromium: light, dark, as wide as a phone, printed. A page passes when the picture is not empty, nothing was
# said on the console, nothing was asked of any host, a phone need not scroll sideways, and who reads with a keyboard or
# has it read aloud finds his way. Pictures are left in build/browser. The last line is `N passed, N failed`.
set -eu
NIGHTCUBE=$1
SOURCE=$(cd "$(dirname "$0")/.." && pwd)
pictures=${PICTURES:-$SOURCE/build/browser}
phone=390

chromium=$(command -v chromium || command -v chromium-browser) || {
    echo 'chromium is not installed: scripts/install-deps.sh browser' >&2
    exit 69
}
passed=0 failed=0
work=$(mktemp -d "${TMPDIR:-/tmp}/nightcube-browser.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
mkdir -p "$pictures"

# ---- the browser ----

# browse PAGE OPTION...: leaves $work/console (what the page said) and $work/requests (what it asked of others).
browse() {
    page=$1
    shift
    rm -f "$work/net.json" "$work/console" "$work/requests"
    timeout -k 5 120 "$chromium" --headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage --hide-scrollbars \
        --user-data-dir="$work/profile" --disable-background-networking --disable-component-update --disable-sync \
        --no-first-run --host-resolver-rules='MAP * ~NOTFOUND' --enable-logging=stderr \
        --log-net-log="$work/net.json" "$@" "file://$page" >"$work/stdout" 2>"$work/stderr" || {
        tail -n 5 "$work/stderr" >&2
        return 1
    }
    grep ':CONSOLE' "$work/stderr" >"$work/console" || :
    # The browser asks its maker for the time, for updates, for dictionaries; that is not the page's doing.
    grep -o '"url":"[a-z]*://[^"]*"' "$work/net.json" | sort -u |
        grep -v -e '://clients2\.google\.com/time/' -e '://update\.googleapis\.com/service/update2' \
            -e '://accounts\.google\.com/ListAccounts' -e '://redirector\.gvt1\.com/edgedl/' -e '://[a-z0-9.-]*\.gvt1\.com/' \
            -e '"chrome://' -e '"chrome-extension://' -e '"devtools://' -e "\"file://$page\"" >"$work/requests" || :
}

check() {
    if [ "$2" = yes ]; then
        passed=$((passed + 1)) word=ok
    else
        failed=$((failed + 1)) word=FAILED
    fi
    printf '  %-58s %s\n' "$1" "$word"
}

yes_if() {
    "$@" && echo yes || echo no
}

size_of() {
    wc -c <"$1" 2>/dev/null || echo 0
}

# render NAME PAGE WIDTH HEIGHT OPTION...: a picture, and that the page kept quiet.
render() {
    name=$1 file=$2 width=$3 height=$4
    shift 4
    rm -f "$pictures/$name.png"
    browse "$file" --window-size="$width,$height" --screenshot="$pictures/$name.png" "$@" || :
    check "$name: the picture is not empty" "$(yes_if [ "$(size_of "$pictures/$name.png")" -gt 20000 ])"
    check "$name: nothing on the console" "$(yes_if [ ! -s "$work/console" ])"
    check "$name: nothing asked of anybody" "$(yes_if [ ! -s "$work/requests" ])"
    cat "$work/console" "$work/requests" 2>/dev/null || :
}

# In a frame as wide as a phone: a window cannot be that narrow. The page must fit.
render_phone() {
    name=$1 file=$2
    cat >"$work/frame.html" <<END
<!DOCTYPE html><title>phone</title><body style="margin:0">
<iframe id="page" src="file://$file" style="border:0;width:${phone}px;height:2400px"></iframe>
<script>onload = function () {
    document.title = 'width ' + document.getElementById('page').contentDocument.documentElement.scrollWidth;
}</script>
END
    browse "$work/frame.html" --allow-file-access-from-files --window-size=500,2400 \
        --screenshot="$pictures/$name.png" || :
    check "$name: the picture is not empty" "$(yes_if [ "$(size_of "$pictures/$name.png")" -gt 20000 ])"
    browse "$work/frame.html" --allow-file-access-from-files --window-size=500,2400 --dump-dom || :
    wide=$(sed -n 's/.*<title>width \([0-9]*\)<.*/\1/p' "$work/stdout")
    check "$name: no scrolling sideways (${wide:-?} of $phone)" "$(yes_if [ "${wide:-9999}" -le $phone ])"
}

# What a screen reader, a keyboard and weak eyes need (WCAG 2.2, contrast 1.4.3, names 1.1.1, focus 2.4.7); says what
# is wrong. In a frame of its own, because the page itself may run no script.
cat >"$work/inspect.js" <<'END'
function inspect(page) {
    const d = page.contentDocument, w = page.contentWindow, wrong = [];
    const all = (what) => [...d.querySelectorAll(what)];
    const demand = (ok, what) => { if (!ok) wrong.push(what); };
    const rgb = (c) => (c.match(/[\d.]+/g) || [0, 0, 0, 0]).map(Number);
    const shine = (c) => rgb(c).slice(0, 3).map((x) => x / 255)
        .map((x) => (x <= 0.03928 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4))
        .reduce((sum, x, i) => sum + x * [0.2126, 0.7152, 0.0722][i], 0);
    const ground = (e) => {
        for (; e; e = e.parentElement) {
            const c = rgb(w.getComputedStyle(e).backgroundColor);
            if (c.length < 4 || c[3] > 0) return `rgb(${c.slice(0, 3)})`;
        }
        return 'rgb(255,255,255)';
    };

    demand(d.documentElement.lang, 'the page has no language');
    demand(all('h1').length === 1 && all('main').length === 1, 'not one h1 in one main');
    let level = 0;
    for (const h of all('h1,h2,h3,h4')) {
        demand(+h.tagName[1] <= level + 1, `a level is left out before ${h.textContent}`);
        level = +h.tagName[1];
    }
    for (const s of all('svg'))
        demand(s.getAttribute('aria-hidden') === 'true' || (s.getAttribute('role') === 'img' && s.getAttribute('aria-label')),
            'a picture without words');
    for (const t of all('table')) {
        demand(t.caption && t.caption.textContent, 'a table without a caption');
        demand(t.getAttribute('role') === 'table', 'a table that is none on a phone');
        for (const h of t.querySelectorAll('thead th')) demand(h.scope === 'col', `no scope: ${h.textContent}`);
        for (const r of t.tBodies[0] ? t.tBodies[0].rows : [])
            demand(r.cells[0].getAttribute('role') === 'rowheader', `a row without a header: ${r.textContent}`);
    }
    for (const a of all('a[href^="#"]')) demand(d.querySelector(a.getAttribute('href')), `${a.textContent} leads nowhere`);
    w.focus();
    for (const e of all('a[href],summary')) {
        e.focus();
        demand(d.activeElement === e, `the keyboard does not reach ${e.textContent}`);
        demand(w.getComputedStyle(e).outlineStyle !== 'none', `nothing shows where the keyboard is: ${e.textContent}`);
        demand(e.getBoundingClientRect().left >= 0, `out of sight with the focus: ${e.textContent}`);
    }
    if (d.activeElement) d.activeElement.blur();
    for (const e of all('body *')) {
        const style = w.getComputedStyle(e), own = [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
        if (!own || e.closest('svg') || e.className === 'skip' || !e.getClientRects().length) continue;
        const a = shine(style.color), b = shine(ground(e));
        const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
        demand(contrast >= 4.5, `contrast ${contrast.toFixed(2)}: ${e.textContent.slice(0, 30)}`);
    }
    return [...new Set(wrong)].join('; ');
}
END

# read_aloud NAME PAGE OPTION...
read_aloud() {
    name=$1 file=$2
    shift 2
    cat >"$work/frame.html" <<END
<!DOCTYPE html><title>not looked at</title><script src="inspect.js"></script><body style="margin:0">
<iframe id="page" src="file://$file" style="border:0;width:1200px;height:2400px"></iframe>
<script>onload = function () { document.title = 'wrong: ' + inspect(document.getElementById('page')); }</script>
END
    browse "$work/frame.html" --allow-file-access-from-files --window-size=1200,2400 --dump-dom "$@" || :
    wrong=$(sed -n 's/.*<title>\(.*\)<\/title>.*/\1/p' "$work/stdout")
    check "$name: for ears, keys and weak eyes" "$(yes_if [ "$wrong" = 'wrong: ' ])"
    [ "$wrong" = 'wrong: ' ] || echo "    $wrong"
}

# ---- what is looked at ----

at() {
    NIGHTCUBE_NOW=$1
    export NIGHTCUBE_NOW
}

make_reports() {
    XDG_DATA_HOME=$work/data
    HOME=$work
    export XDG_DATA_HOME HOME
    mkdir -p "$work/pages"
    cd "$work"
    at 2026-09-01T02:00:00Z
    "$NIGHTCUBE" --quiet setup >/dev/null
    "$NIGHTCUBE" --quiet report --output "$work/pages/empty.html"
    "$NIGHTCUBE" --quiet deploy "$SOURCE/config/examples/purchase-order.xml" --no-backup >/dev/null
    "$NIGHTCUBE" --quiet set window PurchaseOrder 1 month
    # A page that let markup through would ask for a picture.
    sed '2s|Seattle|<img src=//example.invalid/x>|' "$SOURCE/config/examples/twelve-orders.csv" >orders.csv
    "$NIGHTCUBE" --quiet import orders.csv >/dev/null
    for day in 2026-09-01 2026-09-15 2026-10-01 2026-11-01; do
        at "${day}T02:00:00Z"
        "$NIGHTCUBE" --quiet nightly >/dev/null
        "$NIGHTCUBE" --quiet report --output "$work/pages/night.html" --index
    done
    mv "$work/data/nightcube/BAMStarSchema.db" "$work/star.db"
    mkdir "$work/data/nightcube/BAMStarSchema.db"
    "$NIGHTCUBE" --quiet nightly >/dev/null 2>&1 || :
    "$NIGHTCUBE" --quiet report --output "$work/pages/failed.html"
}

make_reports

# A check that cannot fail proves nothing.
echo '<!DOCTYPE html><img src="http://example.invalid/x.png"><script>console.error("boom")</script>' >"$work/bad.html"
browse "$work/bad.html" --screenshot="$work/bad.png"
check 'the check itself: hears the console' "$(yes_if [ -s "$work/console" ])"
check 'the check itself: sees a request' "$(yes_if grep -q example.invalid "$work/requests")"

cat >"$work/bad.html" <<'END'
<!DOCTYPE html><style>a:focus { outline: none }</style><h1>a</h1><h3>b</h3><p style="color:#aaa">pale</p><a href="#no">c</a><svg></svg>
<table><tbody><tr><td>d</td></tr></tbody></table>
END
read_aloud bad "$work/bad.html" >/dev/null
failed=$((failed - 1))
for word in 'language' 'left out before b' 'contrast' 'leads nowhere' 'where the keyboard is' 'without words' 'caption' 'without a header'; do
    check "the check itself: $word" "$(yes_if grep -q "wrong: .*$word" "$work/stdout")"
done

render night-light "$work/pages/night.html" 1200 2600
render night-dark "$work/pages/night.html" 1200 2600 --blink-settings=preferredColorScheme=0
check 'night-dark: looks different from night-light' \
    "$(yes_if [ "$(cksum <"$pictures/night-dark.png")" != "$(cksum <"$pictures/night-light.png")" ])"
render failed-light "$work/pages/failed.html" 1200 2600
render empty-light "$work/pages/empty.html" 1200 900
render index-light "$work/pages/index.html" 1200 900
render_phone night-phone "$work/pages/night.html"
render_phone failed-phone "$work/pages/failed.html"
render_phone index-phone "$work/pages/index.html"
for page in night failed empty index; do
    read_aloud $page "$work/pages/$page.html"
done
read_aloud night-dark "$work/pages/night.html" --blink-settings=preferredColorScheme=0
browse "$work/pages/night.html" --print-to-pdf="$pictures/night.pdf" --no-pdf-header-footer
check 'night.pdf: can be printed' "$(yes_if [ "$(size_of "$pictures/night.pdf")" -gt 20000 ])"
pdftotext -layout "$pictures/night.pdf" "$work/night.txt"
check 'night.pdf: the nights stand there as a table' "$(yes_if grep -q '^ *run 4  *2026-11-01 02:00  *done' "$work/night.txt")"
check 'night.pdf: nothing that one would have to open' "$(yes_if [ "$(grep -c 'The [0-9]* containers' "$work/night.txt")" -eq 0 ])"
check 'night.pdf: a heading keeps what it heads' \
    "$(yes_if [ "$(tr '\f' '\n' <"$work/night.txt" | grep -A 3 'The last nights' | grep -c 'Rows treated')" -eq 1 ])"

echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
