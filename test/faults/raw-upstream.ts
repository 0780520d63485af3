import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';

/** What one connection gets once its whole request is there. */
export type Reply = (socket: Socket) => void | Promise<void>;

/** An images API made of nothing but sockets: what it does on the line is exactly what the test says. */
export class RawUpstream {
  /** The description of each POST, in the order in which they came. */
  readonly prompts: string[] = [];
  private readonly replies: Reply[] = [];
  private readonly sockets = new Set<Socket>();
  private readonly told = new Map<string, Reply>();
  private usual: Reply | undefined;

  private constructor(private readonly server: Server) {
    server.on('connection', (socket: Socket) => {
      this.sockets.add(socket);
      socket.on('error', () => undefined);
      socket.once('close', () => this.sockets.delete(socket));
      void this.serve(socket);
    });
  }

  static async start(): Promise<RawUpstream> {
    const server = createServer();
    const upstream = new RawUpstream(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return upstream;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/v1`;
  }

  get connections(): number {
    return this.sockets.size;
  }

  /** What requests get that nothing was said about; without a word they wait for ever. */
  always(usual: Reply): void {
    this.usual = usual;
  }

  /** What the request with this description gets. */
  when(description: string, then: Reply): void {
    this.told.set(description, then);
  }

  /** What the next requests get. */
  next(...replies: readonly Reply[]): void {
    this.replies.push(...replies);
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }

  private async serve(socket: Socket): Promise<void> {
    let text = '';
    for await (const piece of socket.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      text += piece.toString('latin1');
      const head = text.indexOf('\r\n\r\n');
      const length = Number(/^content-length: (\d+)/im.exec(text)?.[1] ?? 0);
      if (head >= 0 && text.length - head - 4 >= length) break;
    }
    socket.resume();
    if (!text.startsWith('POST')) return;
    const { prompt } = JSON.parse(text.slice(text.indexOf('\r\n\r\n'))) as { prompt: string };
    this.prompts.push(prompt);
    await (this.told.get(prompt) ?? this.replies.shift() ?? this.usual)?.(socket);
  }
}

const json = 'Content-Type: application/json\r\n';

/** The body of an honest answer. */
export const answerOf = (...images: readonly Buffer[]): string =>
  JSON.stringify({
    created: 1_767_225_600,
    data: images.map((image) => ({ b64_json: image.toString('base64') })),
    usage: { input_tokens: 5, output_tokens: 272 * images.length, total_tokens: 277 },
  });

export const headOf = (status: string, length: number | undefined, more = json): string =>
  `HTTP/1.1 ${status}\r\n${more}${length === undefined ? '' : `Content-Length: ${length}\r\n`}\r\n`;

export const reply =
  (body: string | Buffer, status = '200 OK', more = json): Reply =>
  (socket) => {
    socket.write(headOf(status, Buffer.byteLength(body), more));
    socket.end(body);
  };
