// Imported by the pages of the joint meeting and of the month's statement.
import { addWords } from './index.ts';
import './board.ts';
import { zhMeet } from './zh_meet.ts';

addWords('meet', zhMeet);
