import { expect } from 'chai';
import { fileLook, typeLabel } from '../http/type-name.js';

describe('How a type of file looks', () => {
  const octets = 'application/octet-stream';

  for (const [mimeType, name, kind, label] of [
    ['image/png', 'sea.png', 't-image', 'PNG'],
    ['image/jpeg', 'sea.jpg', 't-image', 'JPEG'],
    ['application/pdf', 'report.pdf', 't-pdf', 'PDF'],
    ['text/plain', 'notes.TXT', 't-text', 'TXT'],
    [octets, 'minutes.docx', 't-text', 'DOCX'],
    [octets, 'fees.xlsx', 't-sheet', 'XLSX'],
    [octets, 'spring.pptx', 't-slides', 'PPTX'],
    [octets, 'interview.mp3', 't-audio', 'MP3'],
    [octets, 'regatta.mp4', 't-video', 'MP4'],
    [octets, 'site.zip', 't-archive', 'ZIP'],
    [octets, 'wave.gif', 't-image', 'GIF'],
    [octets, 'wave.wav', 't-audio', 'WAV'],
    [octets, 'phone.heic', 't-image', 'HEIC'],
    [octets, 'phone.heif', 't-image', 'HEIF'],
    [octets, 'scan.tiff', 't-image', 'TIFF'],
    ['text/csv', 'tide.csv', 't-sheet', 'CSV'],
    ['text/plain', 'tide.csv', 't-sheet', 'CSV'],
    ['image/gif', 'wave.gif', 't-image', 'GIF'],
    ['audio/wav', 'wave.wav', 't-audio', 'WAV'],
    ['image/heic', 'phone.heic', 't-image', 'HEIC'],
    ['image/tiff', 'scan', 't-image', 'TIFF'],
    ['application/zip', 'site.docx', 't-archive', 'ZIP'],
    ['video/webm', 'regatta.webm', 't-video', 'WEBM'],
    [octets, 'unnamed', 't-code', undefined],
    [octets, 'a.verylongextension', 't-code', undefined],
  ] as const)
    it(`of ${name} is ${kind} and ${label ?? 'no label'}`, () => {
      expect(fileLook(mimeType, name).kind).to.equal(kind);
      expect(typeLabel(mimeType, name)).to.equal(label);
    });
});
