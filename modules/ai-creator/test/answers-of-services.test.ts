import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { createImagesSandbox, type ImagesSandbox } from '@portico/ai-sandbox/api';
import { expect } from 'chai';
import sharp from 'sharp';
import type { FailureCode } from '../services/failures/error-catalog.js';
import { type CreatorPortal, startCreatorPortal, type TestClient } from './creator-portal.js';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** What a service or a gateway answers to an order of one image, and what becomes of it. */
interface Row {
  readonly name: string;
  readonly answer: Answer;
  /** Requests that were sent. Default 1. */
  readonly posts?: number;
  /** Images that are offered. Default 0. */
  readonly images?: number;
  /** Files that are kept although nobody can read them. Default 0. */
  readonly kept?: number;
  /** Undefined: nothing went wrong. */
  readonly code?: FailureCode;
  /** What administrators read beside the words of the catalog. */
  readonly cause?: RegExp;
}

/** What authors read; of money, place and address they read nothing. */
const authorReads: Readonly<Partial<Record<FailureCode, RegExp>>> = {
  'invalid-api-key': /^Creating images is not available right now/,
  'access-denied': /^Creating images is not available right now/,
  'endpoint-not-found': /^Creating images is not available right now/,
  'organization-not-verified': /^Creating images is not available right now/,
  'model-not-found': /^Creating images is not available right now/,
  'insufficient-quota': /^An unexpected error occurred and no image was made\. Try again later\./,
  'rate-limited': /^Too many images are being made right now\. Try again in (?!0)\d+ (?:second|minute|hour)/,
  'request-too-large': /too long for the image service\. Shorten it/,
  declined: /^The image service declined this description/,
  'bad-request': /^The image service did not understand the request/,
  'server-error': /^The image service has trouble right now/,
  'connection-error': /connection to the image service broke/,
  'timed-out': /^It took too long/,
  'invalid-response': /What the image service sent was no image/,
};
/** What administrators read, by the catalog. */
const administratorReads: Readonly<Partial<Record<FailureCode, RegExp>>> = {
  'invalid-api-key': /rejected the API key.* Replace the key/s,
  'access-denied': /refuses requests from this network or country\. The key is not the reason.*Leave the key as it is/s,
  'endpoint-not-found':
    /Nothing that makes images is at the address.*http:\/\/127\.0\.0\.1:\d+\/v1: PORTICO_OPENAI_BASE_URL holds it/s,
  'insufficient-quota': /no money left, or reached a limit.*Add credit/s,
  'request-too-large': /longer than the image service takes/,
};

const send =
  (status: number, body: unknown, headers: Record<string, string> = { 'content-type': 'application/json' }): Answer =>
  (_, response) => {
    response.writeHead(status, headers).end(typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body));
  };
const error = (status: number, fields: object, headers?: Record<string, string>): Answer =>
  send(status, { error: fields }, headers);
const page = (status: number, title: string): Answer =>
  send(status, `<!DOCTYPE html><html><head><title>${title}</title></head><body>${title}</body></html>`, {
    'content-type': 'text/html',
  });
const plain = { message: 'No.', type: 'invalid_request_error', param: null, code: null };

async function rowsWith(): Promise<readonly Row[]> {
  const square = sharp({ create: { width: 1024, height: 1024, channels: 3, background: '#369' } });
  const png = await square.clone().png().toBuffer();
  const jpeg = await square.clone().jpeg().toBuffer();
  const webp = await square.clone().webp().toBuffer();
  const noise = await sharp({
    create: { width: 512, height: 512, channels: 3, background: '#808080', noise: { type: 'gaussian', mean: 128, sigma: 40 } },
  })
    .png()
    .toBuffer();
  const text = png.toString('base64');
  const warned = Buffer.from(jpeg);
  const scan = warned.indexOf(Buffer.from([0xff, 0xda]));
  warned[scan + 2 + warned.readUInt16BE(scan + 2) - 2] = 0x20;
  const gif = await sharp({ create: { width: 8, height: 8, channels: 3, background: '#369' } })
    .gif()
    .toBuffer();
  const item = { b64_json: text };
  const whole = { created: 1, data: [item] };
  const json = JSON.stringify(whole);
  const noisy = noise.toString('base64');
  const fine = (name: string, answer: Answer, more: Partial<Row> = {}): Row => ({ name, answer, images: 1, ...more });
  const of = (bytes: Buffer): object => ({ data: [{ b64_json: bytes.toString('base64') }] });

  const read: readonly Row[] = [
    fine('the plain answer', send(200, whole)),
    fine('null beside the image', send(200, { data: [{ ...item, url: null, revised_prompt: null }], usage: null, error: null })),
    fine('an empty item beside the image', send(200, { data: [item, { b64_json: null, url: null }] })),
    fine('null in the place of an item', send(200, { data: [null, item] })),
    fine('an item without anything', send(200, { data: [{}, item] })),
    fine(
      'fields of other types that nobody needs',
      send(200, { created: 'now', size: {}, data: [{ ...item, index: null, seed: [] }] }),
    ),
    fine('more images than were asked for', send(200, { data: [item, item, item] }), { images: 3 }),
    fine('a data address in place of base64', send(200, { data: [{ b64_json: `data:image/png;base64,${text}` }] })),
    fine('a data address as the url', send(200, { data: [{ url: `data:image/png;base64,${text}` }] })),
    fine('an image_url with a data address', send(200, { data: [{ image_url: { url: `data:image/png;base64,${text}` } }] })),
    fine(
      'the alphabet of addresses',
      send(200, { data: [{ b64_json: text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '') }] }),
    ),
    fine('base64 in lines', send(200, { data: [{ b64_json: text.replace(/.{76}/g, '$&\r\n') }] })),
    fine('escapes of .NET', send(200, json.replaceAll('+', '\\u002B').replaceAll('=', '\\u003D'))),
    fine('escaped slashes', send(200, json.replaceAll('/', '\\/'))),
    fine('text/plain', send(200, json, { 'content-type': 'text/plain; charset=utf-8' })),
    fine('no content type', send(200, json, {})),
    fine('application/octet-stream', send(200, json, { 'content-type': 'application/octet-stream' })),
    fine('JSON that is called a page', send(200, json, { 'content-type': 'text/html' })),
    fine('application/problem+json', send(200, json, { 'content-type': 'application/problem+json' })),
    fine('a byte order mark', send(200, `\ufeff${json}`)),
    fine('blank lines before it', send(200, `\r\n\r\n  ${json}`, { 'content-type': 'text/plain' })),
    fine('the status 201', send(201, whole)),
    fine('an item that is the base64 itself', send(200, { data: [text] })),
    fine('a list called images', send(200, { images: [text] })),
    fine('artifacts with base64', send(200, { artifacts: [{ base64: text, finishReason: 'SUCCESS' }] })),
    fine('one item in place of a list', send(200, { data: item })),
    fine('a list without an object around it', send(200, [item])),
    fine('an image at the top', send(200, item)),
    fine('gzip', send(200, gzipSync(json), { 'content-type': 'application/json', 'content-encoding': 'gzip' })),
    fine('deflate', send(200, deflateSync(json), { 'content-type': 'application/json', 'content-encoding': 'deflate' })),
    fine('brotli', send(200, brotliCompressSync(json), { 'content-type': 'application/json', 'content-encoding': 'br' })),
    fine('an error beside a good image', send(200, { ...whole, error: { message: 'One of two failed.', code: 'server_error' } })),
    fine('usage of another shape', send(200, { ...whole, usage: 'a lot' })),
    fine('usage with texts and negative numbers', send(200, { ...whole, usage: { input_tokens: '20', output_tokens: -1 } })),
    fine('a JPEG', send(200, of(jpeg))),
    fine('a WebP', send(200, of(webp))),
    fine('a picture of which the decoder only warns', send(200, of(warned))),
    fine(
      'a picture beside what is none',
      send(200, { data: [item, { b64_json: Buffer.from('no picture').toString('base64') }] }),
      {
        kept: 1,
      },
    ),
  ];

  const kept: readonly Row[] = [
    { name: 'a GIF', answer: send(200, of(gif)), kept: 1, code: 'invalid-response' },
    { name: 'half a picture', answer: send(200, of(noise.subarray(0, noise.length >> 1))), kept: 1, code: 'invalid-response' },
    { name: 'a letter', answer: send(200, of(Buffer.from('This is a letter.'))), kept: 1, code: 'invalid-response' },
    {
      name: 'a drawing as text',
      answer: send(200, { data: [{ b64_json: '<svg xmlns="…"/>' }] }),
      kept: 1,
      code: 'invalid-response',
    },
    {
      name: 'JSON that ends after the first image',
      answer: send(200, `{"data":[{"b64_json":"${text}"},{"b64_`),
      images: 1,
      code: 'invalid-response',
    },
    {
      name: 'a connection that breaks after the first image',
      answer: (_, response) => {
        const body = `{"data":[{"b64_json":"${noisy}"},`;
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': String(body.length + 1000) });
        response.write(body, () => setTimeout(() => response.socket?.resetAndDestroy(), 100));
      },
      images: 1,
      code: 'connection-error',
    },
    {
      name: 'a connection that breaks inside the image',
      answer: (_, response) => {
        const body = `{"data":[{"b64_json":"${noisy.slice(0, 200_000)}`;
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': String(body.length + 1000) });
        response.write(body, () => setTimeout(() => response.socket?.resetAndDestroy(), 100));
      },
      kept: 1,
      code: 'connection-error',
    },
  ];

  const money = (name: string, answer: Answer, cause?: RegExp): Row => ({
    name,
    answer,
    code: 'insufficient-quota',
    ...(cause && { cause }),
  });
  const place = (name: string, answer: Answer): Row => ({ name, answer, code: 'access-denied' });
  const lost = (name: string, answer: Answer): Row => ({ name, answer, code: 'endpoint-not-found' });
  const long = (name: string, answer: Answer): Row => ({ name, answer, code: 'request-too-large' });
  const key = (name: string, answer: Answer): Row => ({ name, answer, code: 'invalid-api-key' });
  const bad = (name: string, answer: Answer, cause?: RegExp): Row => ({
    name,
    answer,
    code: 'invalid-response',
    ...(cause && { cause }),
  });

  const refused: readonly Row[] = [
    money(
      'a budget of a key, as 400',
      error(400, { message: 'The budget of this key is used up.', type: 'budget_exceeded', code: '400' }),
      /budget_exceeded/,
    ),
    money(
      'a budget in words alone, as 400',
      error(400, { ...plain, message: 'ExceededBudget: User=x over budget. Budget has been exceeded! Current cost: 3' }),
    ),
    money(
      'a budget as 429',
      error(429, {
        message: 'Budget has been exceeded! Current cost: 10.1, Max budget: 10.0',
        type: 'budget_exceeded',
        code: '429',
      }),
    ),
    money('credits as 402 with a number', error(402, { code: 402, message: 'Insufficient credits. Add more.', metadata: null })),
    money('credits as 403', error(403, { code: 403, message: 'Insufficient credits to run this request.' })),
    money('a balance as 401', send(401, { message: 'Insufficient balance', code: 'InsufficientBalance' })),
    money('credits inside of a 200', error(200, { code: 402, message: 'This request requires more credits.' })),
    money('a quota as 503', error(503, { message: 'Try later.', type: 'insufficient_quota', code: 'insufficient_quota' })),
    money('a usage limit as 412', send(412, { status: 'failure', message: 'Usage limit exceeded for this virtual key.' })),
    money('a hard limit as 400', error(400, { ...plain, code: 'billing_hard_limit_reached' })),
    money('the quota of an account as 429', error(429, { ...plain, code: 'insufficient_quota' })),
    money('a plain 402', send(402, 'Payment Required', { 'content-type': 'text/plain' })),
    place(
      'a country',
      error(403, {
        code: 'unsupported_country_region_territory',
        message: 'Not offered where you are.',
        type: 'request_forbidden',
      }),
    ),
    place(
      'a location as 400',
      error(400, { code: 400, message: 'User location is not supported for the API use.', status: 'FAILED_PRECONDITION' }),
    ),
    place('a virtual network', error(403, { code: '403', message: 'Access denied due to Virtual Network/Firewall rules.' })),
    place(
      'public access that is off',
      error(403, { code: 'AccessDenied', message: 'Public access is disabled. Please configure private endpoint.' }),
    ),
    place(
      'an address that is not on a list, as 401',
      error(401, { ...plain, code: 'ip_not_authorized', message: 'Your IP is not authorized.' }),
    ),
    place('the page of a firewall', page(403, 'Sorry, you have been blocked')),
    place('a number of a gateway', send(403, 'error code: 1020', { 'content-type': 'text/plain' })),
    place('451', error(451, plain)),
    lost('nothing there', error(404, { code: '404', message: 'Nothing here.' })),
    lost('detail: Not Found', send(404, { detail: 'Not Found' })),
    lost('the page of a web server', page(404, '404 Not Found')),
    lost('a method that is not allowed', send(405, { message: 'Method Not Allowed' })),
    lost(
      'an unknown address',
      error(404, { ...plain, code: 'unknown_url', message: 'Unknown request URL: /v1/images/generations.' }),
    ),
    long('413 of a web server', page(413, 'Request Entity Too Large')),
    long('414', send(414, '')),
    long('a context', error(400, { ...plain, code: 'context_length_exceeded' })),
    long('a text above its length', error(400, { ...plain, code: 'string_above_max_length', param: 'prompt' })),
    long('a text in words', error(400, { ...plain, message: 'prompt is too long: at most 1000 characters' })),
    long(
      'a text as a list of details',
      send(422, { detail: [{ type: 'string_too_long', msg: 'String should have at most 1000 characters' }] }),
    ),
    key('a key', error(401, { ...plain, code: 'invalid_api_key' })),
    key('a key in a text', send(401, { error: 'Unauthorized' })),
    key(
      'a key in a list of errors',
      send(401, { success: false, errors: [{ code: 10000, message: 'Authentication error' }], result: null }),
    ),
    key('a subscription key', send(401, { statusCode: 401, message: 'Access denied due to invalid subscription key.' })),
    key('an account that is closed', error(401, { ...plain, code: 'account_deactivated' })),
    key('403 without a reason', error(403, { ...plain, message: 'You may not do that.' })),
    {
      name: 'an organization',
      answer: error(403, { ...plain, message: 'Your organization must be verified.' }),
      code: 'organization-not-verified',
    },
    { name: 'a model', answer: error(404, { ...plain, code: 'model_not_found' }), code: 'model-not-found', posts: 2 },
    {
      name: 'a deployment',
      answer: error(404, { code: 'DeploymentNotFound', message: 'It does not exist.' }),
      code: 'model-not-found',
      posts: 2,
    },
    {
      name: 'patience',
      answer: error(429, { ...plain, code: 'rate_limit_exceeded' }, { 'retry-after': '0' }),
      code: 'rate-limited',
      posts: 2,
    },
    {
      name: 'patience of a gateway',
      answer: send(429, 'error code: 1015', { 'retry-after': '0' }),
      code: 'rate-limited',
      posts: 2,
    },
    { name: 'a safety system', answer: error(400, { ...plain, code: 'moderation_blocked' }), code: 'declined' },
    {
      name: 'a content filter inside',
      answer: error(400, { code: 'bad', message: 'No.', innererror: { code: 'ResponsibleAIPolicyViolation' } }),
      code: 'declined',
    },
    { name: 'a guardrail', answer: error(400, { ...plain, message: 'Violated guardrail policy' }), code: 'declined' },
    {
      name: 'a size',
      answer: error(400, { ...plain, code: 'invalid_size', param: 'size' }),
      code: 'bad-request',
      cause: /parameter size/,
    },
    { name: 'a missing field', answer: send(422, { detail: [{ msg: 'field required' }] }), code: 'bad-request' },
    { name: '500', answer: error(500, { ...plain, type: 'server_error' }), code: 'server-error', posts: 2 },
    { name: 'the page of a gateway, 502', answer: page(502, 'Bad Gateway'), code: 'server-error', posts: 2 },
    { name: '503', answer: send(503, ''), code: 'server-error', posts: 2 },
    { name: '504', answer: page(504, 'Gateway Time-out'), code: 'server-error' },
    { name: '524', answer: page(524, 'A timeout occurred'), code: 'server-error' },
    { name: '529', answer: error(529, { type: 'overloaded_error', message: 'Overloaded' }), code: 'server-error' },
    {
      name: 'trouble inside of a 200',
      answer: error(200, { ...plain, type: 'server_error', message: 'Out of memory.' }),
      code: 'server-error',
    },
    {
      name: 'a failure that says no more, inside of a 200',
      answer: send(200, { success: false, errors: [], result: null }),
      code: 'server-error',
    },
    {
      name: 'a safety system inside of a 200',
      answer: error(200, { ...plain, code: 'content_policy_violation' }),
      code: 'declined',
    },
    {
      name: 'a redirect for good',
      answer: send(308, '', { location: 'https://moved.example/v2?token=secret' }),
      code: 'endpoint-not-found',
      cause: /redirect \(308\) to moved\.example\.(?!.*secret)/,
    },
    {
      name: 'problem details that tell of money',
      answer: send(403, { title: 'Forbidden', status: 403, detail: 'Cost centre 4711 has used up its allowance' }),
      code: 'insufficient-quota',
    },
    {
      name: 'a policy of the company',
      answer: send(403, { title: 'The prompt violates our usage policy', status: 403 }),
      code: 'declined',
    },
    {
      name: 'the year 2099',
      answer: send(429, '', { 'retry-after': 'Wed, 21 Oct 2099 07:28:00 GMT' }),
      code: 'rate-limited',
      posts: 2,
    },
    bad('a redirect', send(307, '', { location: '/elsewhere' }), /redirect/),
    bad('a page', page(200, 'Please sign in'), /"text\/html" instead of JSON/),
    bad('nothing at all', send(200, '')),
    bad('an empty object', send(200, {})),
    bad('an empty list', send(200, { data: [] })),
    bad('null in place of the list', send(200, { data: null })),
    bad('addresses elsewhere', send(200, { data: [{ url: 'http://127.0.0.1:9/picture.png' }] }), /addresses in place of images/),
    bad('an encoding that nobody knows', send(200, json, { 'content-type': 'application/json', 'content-encoding': 'zip' })),
    bad('what cannot be unpacked', send(200, json, { 'content-type': 'application/json', 'content-encoding': 'gzip' })),
    { name: 'a reset', answer: (_, response) => void response.socket?.resetAndDestroy(), code: 'connection-error' },
  ];
  return [...read, ...kept, ...refused];
}

interface Shown {
  readonly id: string;
  readonly problem?: { readonly code: string; readonly sentence: string; readonly cause?: string; readonly remedy?: string };
  readonly images: readonly object[];
  readonly unreadable: readonly { readonly name: string; readonly href: string; readonly size: number }[];
}

describe('what an image service may answer', () => {
  let creator: CreatorPortal;
  let sandbox: ImagesSandbox;
  let service: Server;
  let administrator: TestClient;
  let answer: Answer = send(500, '');
  let posts = 0;
  let all: readonly Row[];

  before(async () => {
    all = await rowsWith();
    service = createServer((request, response) => {
      request.resume().once('end', () => {
        if (request.method !== 'POST') return void response.writeHead(404).end();
        posts += 1;
        response.setHeader('x-request-id', 'req_1234');
        answer(request, response);
      });
    });
    await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
    sandbox = await createImagesSandbox();
    creator = await startCreatorPortal({
      sandbox,
      service: { baseUrl: `http://127.0.0.1:${(service.address() as AddressInfo).port}/v1` },
      config: { retries: 1, retryMillis: 10 },
    });
    administrator = await creator.portal.signIn();
  });
  after(async () => {
    await creator.stop();
    await sandbox.close();
    service.closeAllConnections();
    await new Promise((resolve) => service.close(resolve));
  });

  /** Orders one image as the administrator, who reads what authors read, and why. */
  const order = async (told: Answer): Promise<Shown> => {
    answer = told;
    posts = 0;
    await creator.portal.post(administrator, '/ai-creator/service/breakers/instance/close');
    const created = await creator.create({ description: 'what comes', size: '1024x1024' }, administrator);
    expect(created.status, created.text).to.equal(201);
    const { id } = created.body as { id: string };
    await creator.settled(id, administrator);
    return (await administrator.get(`/web/home/ai-creator/api/generations/${id}`)).body as Shown;
  };

  it('is a matrix of at least 26 and 68 faults', () => {
    expect(all.length).to.be.at.least(94);
    expect(new Set(all.map(({ name }) => name)).size).to.equal(all.length);
  });

  it('is read, kept and told as its row says, for as many requests', async () => {
    const wrong: string[] = [];
    for (const row of all) {
      const { problem, images, unreadable } = await order(row.answer).catch((error: unknown) => {
        throw new Error(row.name, { cause: error });
      });
      const came = { posts, images: images.length, kept: unreadable.length, code: problem?.code };
      const expected = { posts: row.posts ?? 1, images: row.images ?? 0, kept: row.kept ?? 0, code: row.code };
      const fault = (what: string): number => wrong.push(`${row.name}: ${what}`);
      if (JSON.stringify(came) !== JSON.stringify(expected))
        fault(`${JSON.stringify(came)} in place of ${JSON.stringify(expected)}`);
      if (!row.code || !problem) continue;
      const told = `${problem.cause} ${problem.remedy}`;
      if (!authorReads[row.code]?.test(problem.sentence)) fault(`the author reads "${problem.sentence}"`);
      if (!(administratorReads[row.code] ?? /./).test(told)) fault(`administrators read "${told}"`);
      if (row.cause && !row.cause.test(told)) fault(`administrators read "${told}"`);
      if (!/connection-error|redirect/.test(`${row.code} ${row.name}`) && !told.includes('req_1234'))
        fault(`no id of the request in "${told}"`);
      if (/\b0 seconds|\d{3,} seconds/.test(problem.sentence)) fault(`the author reads "${problem.sentence}"`);
    }
    expect(wrong.join('\n')).to.equal('');
  }).timeout(300_000);

  it('stops others for money and keys, and for nothing else', async () => {
    const stops = async (told: Answer): Promise<boolean> => {
      await order(told);
      const next = await creator.create({ description: 'the next one' }, administrator);
      if (next.status === 201) await creator.settled((next.body as { id: string }).id, administrator);
      return next.status === 503;
    };
    const row = (name: string): Answer => all.find((each) => each.name === name)?.answer ?? send(500, '');
    expect(await stops(row('a budget of a key, as 400'))).to.equal(true);
    expect(await stops(row('a key'))).to.equal(true);
    for (const name of ['a country', 'nothing there', 'a context', 'the page of a firewall'])
      expect(await stops(row(name)), name).to.equal(false);
    await creator.portal.post(administrator, '/ai-creator/service/breakers/instance/close');
  });

  it('that asks for patience for a day is told in hours, and not asked again', async () => {
    const asked = await order(error(429, { ...plain, code: 'rate_limit_exceeded' }, { 'retry-after': '86400' }));
    expect([posts, asked.problem?.code]).to.deep.equal([1, 'rate-limited']);
    expect(asked.problem?.sentence).to.equal('Too many images are being made right now. Try again in 24 hours.');
  });
});
