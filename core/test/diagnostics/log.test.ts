import { expect } from 'chai';
import { Logs } from '../../diagnostics/log.js';

describe('A line of the log', () => {
  it('names one module: whom it is about, else who logs', () => {
    const lines: string[] = [];
    const log = new Logs({ level: 'debug', stream: { write: (line) => void lines.push(line) } }).for('http');
    log.error('Routes were refused.', { module: 'thief', route: '/sign-in' });
    log.debug('Ready.');
    expect(lines.map((line) => line.match(/"module":"[^"]*"/g))).to.deep.equal([['"module":"thief"'], ['"module":"http"']]);
    expect(JSON.parse(lines[0] ?? '')).to.include({ level: 50, module: 'thief', route: '/sign-in', msg: 'Routes were refused.' });
  });
});
