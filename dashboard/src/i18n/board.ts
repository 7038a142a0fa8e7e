// Imported by the pages that tell figures.
import { addWords } from './index.ts';
import './later.ts';
import { zhBoard } from './zh_board.ts';

addWords('board', zhBoard);
