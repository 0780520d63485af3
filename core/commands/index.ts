export { CommandRunner, type Invocation } from './command-runner.js';
export { callHouse, listenForCommands } from './command-socket.js';
