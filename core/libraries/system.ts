export { type DestinationStream, destination, type Logger, pino, stdSerializers } from 'pino';
export { v7 } from 'uuid';
