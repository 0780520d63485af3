export { type DestinationStream, destination, type Logger, pino, stdSerializers } from 'pino';
