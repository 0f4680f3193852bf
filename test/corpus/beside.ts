import { existsSync } from 'node:fs'

/**
 * Material that lies in a folder beside the project and never in it. Where it is missing, the tests that need it
 * are skipped, and say so.
 */
export function besideProject(path: string): { readonly url: URL; readonly missing: boolean } {
  const url = new URL(`../../../shared/${path}`, import.meta.url)
  const missing = !existsSync(url)
  if (missing) console.warn(`SKIPPED: the tests that read ${path}, for it is not beside the project`)
  return { url, missing }
}
