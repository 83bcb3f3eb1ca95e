// fault-server.js PORT-FILE [KEY CERTIFICATE]: a small S3 that answers wrongly on demand, over TLS when it is given a
// key. It binds a free port of this machine, writes its number into PORT-FILE and keeps objects in memory. What it does
// wrong stands in the object's name:
//
//   fail-<STATUS>-<N>...   the first N requests for it get that status
//   cut-<N>...             the first N answers to GET stop in the middle
//   lost-<N>...            the first N PUT or POST take effect, but their connection is cut before an answer
//   error200-<N>...        the first N PUT or POST are answered 200 with an error inside, and do nothing
//   halfway-<N>...         the first N PUT or POST are cut off when half of their body has come
//   slow...                answers to GET come in small pieces
//   redirect...            every request is sent elsewhere
//   denied...              DELETE is answered 403
const http = require('http');
const https = require('https');
const fs = require('fs');

const objects = new Map();
const uploads = new Map();
const counts = new Map();
let nextUpload = 1;

function dueOnce(key, limit) {
    const n = (counts.get(key) || 0) + 1;
    counts.set(key, n);
    return n <= limit;
}

function xml(text) {
    return text.replace(/&/g, '&amp;').replace(/</g, '&lt;');
}

function error(res, status, code) {
    res.writeHead(status, { 'Content-Type': 'application/xml' });
    res.end(`<Error><Code>${code}</Code></Error>`);
}

function list(res, url) {
    const prefix = url.searchParams.get('prefix') || '';
    const after = url.searchParams.get('continuation-token') || '';
    const keys = [...objects.keys()].filter((k) => k.startsWith(prefix) && k > after).sort();
    const page = keys.slice(0, 2);
    const items = page.map((k) => `<Contents><Key>${xml(k)}</Key><Size>${objects.get(k).body.length}</Size></Contents>`);
    const more = keys.length > 2 ? `<NextContinuationToken>${xml(page[1])}</NextContinuationToken>` : '';
    res.end(`<ListBucketResult>${items.join('')}${more}</ListBucketResult>`);
}

function get(req, res, name, object) {
    const range = /bytes=(\d+)-(\d+)/.exec(req.headers.range || '');
    const headers = { ETag: '"e"', 'x-amz-meta-upload': object.upload };
    let body = object.body;
    let status = 200;
    if (req.method === 'HEAD') {
        res.writeHead(200, { ...headers, 'Content-Length': body.length });
        return res.end();
    }
    if (range) {
        if (body.length === 0) return error(res, 416, 'InvalidRange');
        headers['Content-Range'] = `bytes ${range[1]}-${range[2]}/${body.length}`;
        body = body.subarray(Number(range[1]), Number(range[2]) + 1);
        status = 206;
    }
    headers['Content-Length'] = body.length;
    res.writeHead(status, headers);
    const cut = /cut-(\d+)/.exec(name);
    if (cut && dueOnce('cut' + name, Number(cut[1]))) {
        return res.write(body.subarray(0, body.length / 2), () => req.socket.destroy());
    }
    if (name.includes('slow')) {
        let at = 0;
        const drip = setInterval(() => {
            if (at >= body.length) {
                clearInterval(drip);
                return res.end();
            }
            res.write(body.subarray(at, (at += 4096)));
        }, 5);
        return undefined;
    }
    return res.end(body);
}

function change(req, res, url, name, body) {
    const upload = req.headers['x-amz-meta-upload'] || '';
    const query = url.searchParams;
    if (req.method === 'POST' && query.has('uploads')) {
        const id = `u/${nextUpload++}+=`;
        uploads.set(id, { parts: new Map(), upload });
        return res.end(`<R><UploadId>${id}</UploadId></R>`);
    }
    if (query.has('partNumber')) {
        uploads.get(query.get('uploadId')).parts.set(Number(query.get('partNumber')), body);
        res.setHeader('ETag', '"p"');
        return res.end();
    }
    if (req.headers['if-none-match'] === '*' && objects.has(name)) return error(res, 412, 'PreconditionFailed');
    const id = query.get('uploadId');
    if (id) {
        if (!uploads.has(id)) return error(res, 404, 'NoSuchUpload');
        const { parts, upload: mark } = uploads.get(id);
        objects.set(name, { body: Buffer.concat([...parts.keys()].sort((a, b) => a - b).map((k) => parts.get(k))), upload: mark });
        uploads.delete(id);
    } else {
        objects.set(name, { body, upload });
    }
    return res.end(id ? '<CompleteMultipartUploadResult/>' : '');
}

function answer(req, res) {
    const pieces = [];
    const url = new URL(req.url, 'http://localhost');
    const name = decodeURIComponent(url.pathname).replace(/^\/bucket\/?/, '');
    const changes = req.method === 'PUT' || req.method === 'POST';
    const half = changes && /halfway-(\d+)/.exec(name);
    const cut = half && dueOnce('half' + name, Number(half[1]));
    let come = 0;
    req.on('data', (piece) => {
        pieces.push(piece);
        come += piece.length;
        if (cut && come >= Number(req.headers['content-length']) / 2) req.socket.destroy();
    });
    req.on('end', () => {
        const fail = /fail-(\d+)-(\d+)/.exec(name);
        const lost = changes && /lost-(\d+)/.exec(name);
        const hidden = changes && /error200-(\d+)/.exec(name);
        if (!(req.headers.authorization || '').startsWith('AWS4-HMAC-SHA256 ')) return error(res, 403, 'AccessDenied');
        if (name.includes('redirect')) {
            res.writeHead(307, { Location: `http://127.0.0.1:${server.address().port}/bucket/elsewhere` });
            return res.end();
        }
        if (fail && dueOnce('fail' + name, Number(fail[2]))) return error(res, Number(fail[1]), 'Trouble');
        if (hidden && dueOnce('hidden' + name, Number(hidden[1]))) return error(res, 200, 'InternalError');
        if (lost && dueOnce('lost' + name, Number(lost[1]))) {
            const nowhere = { end() {}, setHeader() {}, writeHead() {} };
            change(req, nowhere, url, name, Buffer.concat(pieces));
            return req.socket.destroy();
        }
        if (changes) return change(req, res, url, name, Buffer.concat(pieces));
        if (req.method === 'DELETE') {
            if (name.includes('denied')) return error(res, 403, 'AccessDenied');
            if (url.searchParams.has('uploadId')) uploads.delete(url.searchParams.get('uploadId'));
            else objects.delete(name);
            res.writeHead(204);
            return res.end();
        }
        if (name === '') return list(res, url);
        return objects.has(name) ? get(req, res, name, objects.get(name)) : error(res, 404, 'NoSuchKey');
    });
}

const [, , portFile, key, certificate] = process.argv;
const server = key
    ? https.createServer({ key: fs.readFileSync(key), cert: fs.readFileSync(certificate) }, answer)
    : http.createServer(answer);
server.listen(0, '127.0.0.1', () => fs.writeFileSync(portFile, String(server.address().port)));
