// English as the words alone, each part in the order of its Chinese words, from which the keys are known.
import { enBoard } from './en_board.ts';
import { enFirst } from './en_first.ts';
import { enLater } from './en_later.ts';
import { enMeet } from './en_meet.ts';
import { enOffice } from './en_office.ts';

export const en = { first: Object.values(enFirst), board: Object.values(enBoard), later: Object.values(enLater), meet: Object.values(enMeet), office: Object.values(enOffice) };
