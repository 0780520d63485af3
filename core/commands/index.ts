export { CommandRunner, type Invocation } from './command-runner.js';
export { callPortal, listenForCommands } from './command-socket.js';
