/** Segments of programs that belong to the picture: JFIF, Adobe's colours, and of APP2 the colour profile. */
const kept = new Set([0xe0, 0xee]);
const profile = 0xe2;
const firstApp = 0xe0;
const lastApp = 0xef;
const comment = 0xfe;
const startOfScan = 0xda;

/** A JPEG without EXIF, XMP, IPTC and comments; its picture stays byte for byte. What is no JPEG is answered as it is. */
export function jpegWithoutMetadata(content: Uint8Array): Uint8Array {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  if (bytes.length < 4 || bytes.readUInt16BE(0) !== 0xffd8) return content;
  const parts: Buffer[] = [bytes.subarray(0, 2)];
  let at = 2;
  while (at + 4 <= bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1] as number;
    if (marker === startOfScan) break;
    // Markers may have more than one 0xff before them.
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    const end = at + 2 + bytes.readUInt16BE(at + 2);
    if (stays(marker, bytes.toString('latin1', at + 4, at + 15))) parts.push(bytes.subarray(at, end));
    at = end;
  }
  parts.push(bytes.subarray(at));
  return Buffer.concat(parts);
}

function stays(marker: number, name: string): boolean {
  if (marker === profile) return name === 'ICC_PROFILE';
  return kept.has(marker) || (marker !== comment && (marker < firstApp || marker > lastApp));
}
