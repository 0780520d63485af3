import { Worker } from 'node:worker_threads';
import { UnitOfWork } from '@portico/core';
import { startTestPortal, type TestPortal } from '@portico/core/testing';
import { expect } from 'chai';

const records = 40_000;

/** Reads an export as fast as it comes, in a thread of its own, and asks for a page when the first of it is there. */
const reader = `
const { parentPort, workerData: { url, path, cookie } } = require('node:worker_threads');
const { get } = require('node:http');
const order = [];
const over = (what) => {
  order.push(what);
  if (order.length === 2) parentPort.postMessage({ order, text });
};
let text = '';
get(url + path, { headers: { cookie } }, (answer) => {
  answer.setEncoding('utf8');
  answer.once('data', () => {
    get(url + '/sign-in', { agent: false }, (page) => page.resume().once('end', () => over('page ' + page.statusCode)));
  });
  answer.on('data', (piece) => { text += piece; });
  answer.once('end', () => over('export ' + answer.statusCode));
});`;

describe('An export of the audit log', () => {
  let portal: TestPortal;
  let cookie: string;

  before(async () => {
    portal = await startTestPortal();
    const answer = await portal
      .agent()
      .post('/sign-in')
      .set('Origin', portal.url)
      .type('form')
      .send({ email: portal.administrator.email, password: portal.administrator.password });
    cookie = String(answer.headers['set-cookie']?.[0]).split(';')[0] ?? '';
    await portal.service(UnitOfWork).write((transaction) =>
      transaction.query(
        `INSERT INTO portico_audit (id, at, area, subject, attribute, scope, action, before, after, by_id, by_name, via, reason)
         WITH RECURSIVE number (value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM number WHERE value < ${records})
         SELECT printf('00000000-0000-7000-8000-%012d', value), '2026-01-01T00:00:00.000Z', 'flags', 'sun', NULL, 'instance', 'changed',
           'true', 'false', 'somebody', 'Somebody', 'system', 'a reason that takes some room in the file' FROM number`,
        [],
      ),
    );
  });
  after(() => portal.stop());

  for (const format of ['csv', 'json']) {
    it(`as ${format} keeps nobody waiting until its end, however fast it is read`, async () => {
      const path = `/configuration/audit-log/export?format=${format}`;
      const worker = new Worker(reader, { eval: true, workerData: { url: portal.url, path, cookie } });
      const { order, text } = await new Promise<{ order: readonly string[]; text: string }>((resolve, reject) => {
        worker.once('message', resolve);
        worker.once('error', reject);
      });
      await worker.terminate();
      expect(order).to.deep.equal(['page 200', 'export 200']);
      expect(text.split('\n').length).to.be.greaterThan(records);
    });
  }
});
