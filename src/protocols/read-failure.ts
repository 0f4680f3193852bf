/**
 * A file that could not be read, or not to its end. `code` is stable, `detail` is a sentence for people, `line` is
 * where in the file (1-based), null where no line can be named.
 */
export class ReadFailure extends Error {
  readonly code: ReadFailureCode
  readonly detail: string
  readonly line: number | null

  constructor(code: ReadFailureCode, detail: string, line: number | null) {
    super(`${code}: ${detail}`)
    this.name = 'ReadFailure'
    this.code = code
    this.detail = detail
    this.line = line
  }
}

/** Every reason a file is refused for, with what it means. */
export const readFailures = {
  file_unreadable: 'The file could not be opened or read.',
  file_empty: 'There is nothing in the file.',
  file_too_large: 'The file is larger than the limit.',
  file_truncated: 'The file ends before its last statement does.',
  format_unknown: 'The file is in no format that is read here.',
  format_unsupported: 'The format is known but not read here.',
  entry_unreadable: 'An entry has no amount, currency or direction that can be read for certain.',
  record_too_large: 'One entry or other record of the file is larger than the limit.',
  archive_damaged:
    'The archive (zip or gzip) cannot be opened: it is cut off, changed or of a kind not read here.',
  archive_empty: 'There is no file in the archive.',
  archive_nested: 'An archive inside an archive is never opened.',
  archive_too_large: 'The archive holds more files or bytes than the limit, or swells like a bomb.',
  xml_encoding_unknown: 'The file declares a character encoding that is not known.',
  xml_encoding: 'The bytes are not valid in the character encoding of the file.',
  xml_doctype: 'Document type declarations (and with them entities) are never read.',
  xml_malformed: 'The file is not well-formed XML.',
  xml_truncated: 'The file ends before its last element does.',
  xml_too_deep: 'Elements are nested deeper than the limit.',
  xml_too_many_attributes: 'An element has more attributes than the limit.',
  xml_token_too_long: 'A text, name, attribute or comment is longer than the limit.',
} as const
export type ReadFailureCode = keyof typeof readFailures
