// Imported by the pages on which the offices run the hub.
import { addWords } from './index.ts';
import './later.ts';
import { zhOffice } from './zh_office.ts';

addWords('office', zhOffice);
