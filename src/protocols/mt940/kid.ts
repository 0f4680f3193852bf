import { isKid } from '../../domain/norwegian.ts'

/**
 * A KID that the words of a Norwegian payment begin with (`KID 1234567897`): MT940 has no field for it. Only one whose
 * check digit is right; the words are what is told besides, absent where there is nothing else.
 */
export function splitKid(text: string | undefined): { readonly kid?: string; readonly text?: string } {
  const found = text === undefined ? null : /^KID:? ?(\d{2,25}|\d{1,24}-)(?=\s|$)/.exec(text)
  const kid = found?.[1]
  if (!text || !kid || !isKid(kid)) return text ? { text } : {}
  // The bank's words stay as they came; what is nothing but the reference is no words.
  return found[0].length === text.length ? { kid } : { kid, text }
}
