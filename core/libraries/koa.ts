export { default as KoaRouter, type Layer } from '@koa/router';
export { default as Koa } from 'koa';
