import type { SyncStatus } from 'annals'

/** How well the page and its remote get along: what the badge is coloured by. */
export type SyncMood = 'well' | 'busy' | 'apart' | 'trouble'

/** The state of sync in words. */
export function syncWords({ state, pending }: SyncStatus): { mood: SyncMood; words: string } {
  switch (state) {
    case 'live':
      return pending > 0 ? { mood: 'busy', words: 'Sending' } : { mood: 'well', words: 'Synced' }
    case 'local':
      return { mood: 'apart', words: 'On this device only' }
    case 'offline':
      return { mood: 'apart', words: 'Offline' }
    case 'connecting':
      return { mood: 'busy', words: 'Connecting' }
    case 'catching-up':
      return { mood: 'busy', words: 'Catching up' }
    case 'backing-off':
      return { mood: 'trouble', words: 'Server not reachable' }
    case 'unauthorised':
      return { mood: 'trouble', words: 'Not let in by the server' }
    case 'too-old':
      return { mood: 'trouble', words: 'This page is out of date' }
    case 'diverged':
      return { mood: 'trouble', words: 'The server has another history' }
  }
}
