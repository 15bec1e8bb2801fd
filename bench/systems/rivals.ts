/** The form of annals whose writes survive as much as a system's, where that is not `annals`. */
export const RIVALS: Readonly<Record<string, string>> = {
  'limit strict': 'annals strict',
  'sqlite opfs': 'annals strict',
}
