import { AnnalsError } from '../../base/errors.ts'

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[?::1\]?)$/

/**
 * Whether a server that listens on `host` goes by the name that a request gives it: any, unless it listens to this machine alone or
 * `more` says which. To browsers, pages of a site whose name leads to this machine (DNS rebinding) are of our origin: their name tells.
 */
export function ownHosts(host: string, more: readonly string[]): (hostname: string) => boolean {
  if (!LOOPBACK.test(host) && more.length === 0) return () => true
  const own = new Set([host, ...more])
  return (hostname) => LOOPBACK.test(hostname) || own.has(hostname)
}

export const foreignHost = (hostname: string): AnnalsError =>
  new AnnalsError(
    'http/forbidden-origin',
    `this server does not go by the name ${hostname}; with --allow-host ${hostname} it does`,
    {},
  )
