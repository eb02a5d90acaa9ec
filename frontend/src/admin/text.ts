/** Names in running text: whatever they hold, they are text and stay in their place. */

const FIRST_STRONG = '\u2068'
const POP = '\u2069'

/**
 * For where no `<bdi>` can stand (titles, placeholders): the name decides its own direction, and
 * not that of the words around it. An override inside of it ends with it.
 */
export function isolated(name: string): string {
  return `${FIRST_STRONG}${name}${POP}`
}

/** As the database counts it. */
export const MAX_NAME = 255

/** What is wrong with a name, in words; empty when nothing is. The server has the last word. */
export function checkName(name: string): string {
  const text = name.trim()
  if (!text) return 'It must not be empty.'
  // By code points, as the server counts: an emoji is one character.
  const length = [...text].length
  if (length > MAX_NAME) return `At most ${MAX_NAME} characters; these are ${length}.`
  if (/[\u0000-\u001f\u007f]/.test(text)) return 'It has a control character, which no name may have.'
  return ''
}
