import { PortalFault, portalHeaders } from '@portico/core/client';
import type { AddedDocument } from './events.js';

interface UploadAnswer {
  readonly documents?: readonly AddedDocument[];
  readonly failures?: readonly { readonly code: string; readonly sentence: string }[];
  readonly error?: UploadAnswer;
  readonly code?: string;
  readonly message?: string;
}

export interface UploadProgress {
  /** 0 to 1; 1 while the server decides about the file. */
  onProgress(part: number): void;
  readonly signal: AbortSignal;
  /** Said when the connection breaks. */
  readonly cutOff: string;
}

/** Sends one file under a name; `fetch` cannot tell how far an upload is. @throws PortalFault with a sentence to show. */
export function uploadFile(
  action: string,
  file: File,
  name: string,
  { onProgress, signal, cutOff }: UploadProgress,
): Promise<AddedDocument> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const fail = (): void => reject(new PortalFault(cutOff, 'unreachable', 0));
    request.open('POST', action);
    for (const [name, value] of Object.entries(portalHeaders())) request.setRequestHeader(name, value);
    request.setRequestHeader('Accept', 'application/json');
    request.upload.addEventListener('progress', ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 0));
    request.addEventListener('load', () => {
      const answer = parse(request.responseText);
      const [document] = answer.documents ?? [];
      if (document) resolve(document);
      else reject(faultOf(answer, request.status, cutOff));
    });
    request.addEventListener('error', fail);
    request.addEventListener('abort', fail);
    signal.addEventListener('abort', () => request.abort(), { once: true });
    const form = new FormData();
    form.append('file', file, name);
    request.send(form);
  });
}

function parse(text: string): UploadAnswer {
  try {
    return JSON.parse(text) as UploadAnswer;
  } catch {
    return {};
  }
}

function faultOf(answer: UploadAnswer, status: number, cutOff: string): PortalFault {
  const [failure] = answer.failures ?? [];
  if (failure) return new PortalFault(failure.sentence, failure.code, status);
  const { code, message } = answer.error ?? answer;
  return new PortalFault(message ?? cutOff, code ?? 'error', status);
}
