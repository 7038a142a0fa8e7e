// Imported by every part that comes after the first script and has words of its own.
import { addWords } from './index.ts';
import { zhLater } from './zh_later.ts';

addWords('later', zhLater);
