const WORDS = /^:(find|where|in|with)$/

/**
 * A Datalog text for DataScript in JavaScript, which knows attributes and keywords as strings. Attributes lose their
 * namespace's slash: DataScript is at its fastest with plain names.
 */
export const withStrings = (text: string): string =>
  text.replace(/:([\w-]+)(?:\/([\w-]+))?/g, (word, space: string, name: string | undefined) =>
    name !== undefined ? `"${space}-${name}"` : WORDS.test(word) ? word : `"${word}"`,
  )
