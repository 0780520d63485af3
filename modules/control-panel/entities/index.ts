import { PutAwayEntity } from './put-away-entity.js';

export default [PutAwayEntity];
