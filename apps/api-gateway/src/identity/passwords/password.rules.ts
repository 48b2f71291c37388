import { folded } from '../auth/account.rules.js';
import { COMMON_WORDS, WALKS } from './common-words.rules.js';

/** So many signs beside common pieces make a password no better, as in `Password1!`. */
const FEW = 2;
/** Three common words after each other are tried too, more are a phrase. */
const MOST_PIECES = 3;
const SHORTEST_WALK = 3;
const LONGEST_WORD = Math.max(...[...COMMON_WORDS].map((word) => word.length));
const BACK_AND_FORTH = [...WALKS, ...WALKS.map((walk) => [...walk].reverse().join(''))];

/** Letters that are written as signs, and help nobody: `p@ssw0rd`. */
const SIGNS: Readonly<Record<string, string>> = {
  '@': 'a',
  4: 'a',
  3: 'e',
  1: 'i',
  '!': 'i',
  0: 'o',
  $: 's',
  5: 's',
  7: 't',
};

/** One unit again and again: `11111111`, `abcabcabc`, `12341234`. */
const REPEATED = /^(.{1,4}?)\1+$/u;
/** One sign again and again, at the start. */
const RUN = /^(.)\1{2,}/u;
const DAY = '(0[1-9]|[12]\\d|3[01])';
const MONTH = '(0[1-9]|1[0-2])';
const YEAR = '(19|20)\\d\\d';
/** A day as it is written without blanks, in the usual orders. */
const DATE = new RegExp(
  `^(${DAY}[./-]?${MONTH}[./-]?${YEAR}|${MONTH}[./-]?${DAY}[./-]?${YEAR}|${YEAR}[./-]?${MONTH}[./-]?${DAY})$`,
);
const YEAR_FIRST = new RegExp(`^${YEAR}`);

/** Whether a password is one of those that are tried first: the commonest and what is made of them, a date, or the person's own names. */
export function isCommon(password: string, names: readonly (string | undefined)[]): boolean {
  const key = folded(password);
  if (REPEATED.test(key) || DATE.test(key)) return true;
  const own = names.flatMap((name) => (name === undefined ? [] : [folded(name), folded(name).split('@')[0] ?? '']));
  const plain = key.replace(/[@4310!$57]/g, (sign) => SIGNS[sign] ?? sign);
  return [key, plain].some((spelling) => isMadeOf(spelling, new Set(own)));
}

/** Whether a text is little more than common pieces. */
function isMadeOf(text: string, own: ReadonlySet<string>): boolean {
  let [pieces, others] = [0, 0];
  for (let at = 0; at < text.length && others <= FEW;) {
    const length = longestAt(text.slice(at), own);
    if (length > 0) pieces++;
    else others++;
    at += Math.max(1, length);
  }
  return others <= FEW && pieces >= 1 && pieces <= MOST_PIECES;
}

/** How long the longest common piece is that this begins with; 0 for none. */
function longestAt(text: string, own: ReadonlySet<string>): number {
  let longest = Math.max(RUN.exec(text)?.[0].length ?? 0, YEAR_FIRST.test(text) ? 4 : 0);
  for (let length = SHORTEST_WALK; length <= text.length; length++) {
    const start = text.slice(0, length);
    const isWord = (length <= LONGEST_WORD && COMMON_WORDS.has(start)) || own.has(start);
    if (isWord || BACK_AND_FORTH.some((walk) => walk.includes(start))) longest = length;
  }
  return longest;
}
