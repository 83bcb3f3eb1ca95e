// The peer of `make bench B=cube`: DuckDB in this process, and the list of queries for both sides.
//   node cube_peer.mjs queries LIST | facts SET ROWS | database SET ROWS FILE LIST
// Prints "name<TAB>number" lines; times are seconds.
import { createRequire } from "node:module";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { cwd } from "node:process";

const { DuckDBInstance } = createRequire(cwd() + "/")("@duckdb/node-api");

const domains = [["city", 500, 7919, 1181783497], ["product", 1000, 104729, 1500450271],
    ["daynr", 730, 31, 1779033703], ["size", 3, 13, 1013904223], ["stage", 6, 17, 1359893119]];
const levels = [["state", "city"], ["category", "product"], ["year", "month", "dom"], ["size"], ["stage"]];

const member = (set, [name, count, factor, hash]) => set === "dense"
    ? `(i*${factor} % ${count})::INTEGER AS ${name}`
    : `(((i*${hash} % 2147483629)*(i*${hash} % 2147483629)+i) % 2147483647 % ${count})::INTEGER AS ${name}`;

const factsSql = (set, rows) => `WITH f AS (SELECT i, ${domains.map((d) => member(set, d)).join(", ")}
    FROM range(${rows}) r(i))
    SELECT (city % 50)::INTEGER state, city, (product % 20)::INTEGER category, product,
        year(DATE '2025-01-01' + daynr)::INTEGER AS year, month(DATE '2025-01-01' + daynr)::INTEGER AS month,
        day(DATE '2025-01-01' + daynr)::INTEGER AS dom, size, stage,
        (i % 1000) * 0.37::DOUBLE amount, (i % 777)::INTEGER pieces FROM f`;

const fromFacts = "count(*) n, sum(amount) amount, sum(pieces) pieces, min(amount) least, max(amount) most";
const fromBase = "sum(n) n, sum(amount) amount, sum(pieces) pieces, min(least) least, max(most) most";
const columns = levels.flat();

function groupings() {
    const sets = [];
    for (let a = 0; a <= 2; a++) for (let b = 0; b <= 2; b++) for (let c = 0; c <= 3; c++)
        for (let d = 0; d <= 1; d++) for (let e = 0; e <= 1; e++)
            sets.push([...levels[0].slice(0, a), ...levels[1].slice(0, b), ...levels[2].slice(0, c),
                ...levels[3].slice(0, d), ...levels[4].slice(0, e)]);
    return `GROUPING SETS (${sets.map((s) => `(${s.join(",")})`).join(",")})`;
}

// A hundred different queries: of each dimension one level or none, every second one within a state.
function queries() {
    const lines = new Set();
    for (let state = 20260105; lines.size < 100;) {
        const next = (below) => (state = (state * 16807) % 2147483647) % below;
        const depths = [next(3), next(3), next(4), next(2), next(2)];
        lines.add([...depths, lines.size % 2 ? next(50) : -1].join(" "));
    }
    return [...lines].join("\n") + "\n";
}

// The levels by themselves, as nightcube groups: a month without its year is the month of all years.
function querySql(line) {
    const depths = line.split(" ").map(Number);
    const names = levels.flatMap((of, k) => (depths[k] > 0 ? [of[depths[k] - 1]] : []));
    const where = depths[5] < 0 ? "" : ` WHERE state = ${depths[5]}`;
    const select = [...names, fromFacts].join(", ");
    return `SELECT ${select} FROM facts${where}${names.length ? ` GROUP BY ${names.join(", ")}` : ""}`;
}

const print = (name, number) => console.log(`${name}\t${number}`);

async function timed(connection, sql) {
    const start = process.hrtime.bigint();
    await connection.run(sql);
    return Number(process.hrtime.bigint() - start) / 1e9;
}

// The statement's whole result, as chunks: nothing is turned into JavaScript values.
async function timedQuery(connection, sql) {
    const start = process.hrtime.bigint();
    const result = await connection.run(sql);
    let rows = 0;
    for (let chunk; (chunk = await result.fetchChunk()) && chunk.rowCount > 0;)
        rows += chunk.rowCount;
    return [Number(process.hrtime.bigint() - start) / 1e9, rows];
}

async function askAll(connection, list) {
    const times = [];
    let lines = 0;
    for (const line of readFileSync(list, "utf8").trim().split("\n")) {
        let best = Infinity;
        for (let k = 0; k < 3; k++) {
            const [took, rows] = await timedQuery(connection, querySql(line));
            best = Math.min(best, took);
            lines += k === 0 ? rows : 0;
        }
        times.push(best);
    }
    times.sort((a, b) => a - b);
    print("peer_query", times[times.length >> 1]);
    print("peer_query_lines", lines);
}

async function facts(set, rows, list) {
    const c = await (await DuckDBInstance.create(":memory:")).connect();
    await c.run(`CREATE TABLE facts AS ${factsSql(set, rows)}`);
    print("peer_base", await timed(c, `CREATE TABLE base AS SELECT ${columns.join(",")}, ${fromFacts}
        FROM facts GROUP BY ALL`));
    if (set === "dense") {
        print("peer_sets_base", await timed(c, `CREATE TABLE s AS SELECT ${columns.join(",")}, ${fromBase}
            FROM base GROUP BY ${groupings()}`));
        await c.run("DROP TABLE s");
        print("peer_sets_facts", await timed(c, `CREATE TABLE s AS SELECT ${columns.join(",")}, ${fromFacts}
            FROM facts GROUP BY ${groupings()}`));
    } else {
        await askAll(c, list);
    }
}

async function database(set, rows, file, list) {
    const c = await (await DuckDBInstance.create(file)).connect();
    await c.run(`CREATE TABLE facts AS ${factsSql(set, rows)}`);
    await c.run("CHECKPOINT");
    print("peer_file_bytes", statSync(file).size);
    await askAll(c, list);
}

const [step, ...rest] = process.argv.slice(2);
if (step === "queries") writeFileSync(rest[0], queries());
else if (step === "facts") await facts(...rest);
else if (step === "database") await database(...rest);
else throw new Error(`unknown step ${step}`);
