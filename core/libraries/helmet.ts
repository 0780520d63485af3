export { default as helmet } from 'helmet';
