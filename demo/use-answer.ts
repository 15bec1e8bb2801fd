import { useEffect, useState } from 'react'

export type Answer<T> =
  | { readonly status: 'loading' }
  | { readonly status: 'ready'; readonly data: T }
  | { readonly status: 'error'; readonly error: unknown }

const LOADING: Answer<never> = { status: 'loading' }

/**
 * What `ask` resolves to, asked again whenever it is another function: give one that is memoised over what it reads. The last
 * answer stays until the next is there. `undefined` asks nothing.
 */
export function useAnswer<T>(ask: (() => Promise<T>) | undefined): Answer<T> {
  const [answer, setAnswer] = useState<Answer<T>>(LOADING)
  useEffect(() => {
    if (ask === undefined) return setAnswer(LOADING)
    let current = true
    ask().then(
      (data) => current && setAnswer({ status: 'ready', data }),
      (error: unknown) => current && setAnswer({ status: 'error', error }),
    )
    return () => {
      current = false
    }
  }, [ask])
  return answer
}
