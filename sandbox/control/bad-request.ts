import { json, refuse } from '../http.ts'

/** 400 that names the field and what it must be. */
export const badRequest = (path: string, expected: string): never =>
  refuse(json(400, { error: 'bad request', path, expected }))
