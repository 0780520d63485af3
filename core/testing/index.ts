export { startHouse, type TestHouse, type TestHouseOptions } from './test-house.js';
