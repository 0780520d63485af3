export { Container, inject, injectable } from 'inversify';
