export { default as KoaRouter, type Layer } from '@koa/router';
export { default as helmet } from 'helmet';
export { default as ipaddr } from 'ipaddr.js';
export { default as Koa } from 'koa';
