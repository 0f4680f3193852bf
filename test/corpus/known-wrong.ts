/** A value in `expected.json` that the file itself contradicts. */
export type KnownWrong = {
  /** Which statement of the file, from 0. */
  readonly statement: number
  readonly field: string
  /** What the file says. */
  readonly right: string | boolean | null
  /** Where it says so. */
  readonly line: number
}

type Reason = { readonly reason: string; readonly values: readonly KnownWrong[] }

const at = (statement: number, field: string, right: KnownWrong['right'], line: number): KnownWrong => ({
  statement,
  field,
  right,
  line,
})

const pointCut = 'a decimal point instead of a comma; the expectation stops reading at it'
const detailTaken =
  'a field 86 whose tag was miswritten as 25 stands behind the movement; the expectation takes its text for the account'
const currencyOf34 = 'an MT942 states its currency in field 34F; the expectation knows only that of balances'

/** By file. A test fails when one of these comes to agree with the expectation, so that the list stays true. */
export const knownWrong: Readonly<Record<string, Reason>> = {
  'mt940/betterplace+mt940_parser__sepa_snippet_broken.txt': {
    reason: detailTaken,
    values: [at(0, 'account', '50880050/0194787400888', 2)],
  },
  'mt940/svenstaro+mt940-rs__sepa_snippet_broken.sta': {
    reason: detailTaken,
    values: [at(0, 'account', '50880050/0194787400888', 2)],
  },
  'mt940/cpetschnig+mt940__MT940_voorbeeldbestanden_abnamro.txt': {
    reason: 'the mark of the movement is a small d; the expectation says that it could not parse it',
    values: [at(11, 'sumDebits', '1.01', 194), at(11, 'proven', true, 194)],
  },
  'mt940/fruitl00p+php-mt940__Rabo-sample2': {
    reason: pointCut,
    values: [at(0, 'openingBalance', '-1000.12', 5), at(0, 'closingBalance', '2145.23', 6)],
  },
  'mt940/fruitl00p+php-mt940__Rabo-sample': {
    reason: pointCut,
    values: [
      at(12, 'closingBalance', '482.41', 79),
      at(13, 'openingBalance', '482.41', 83),
      at(13, 'closingBalance', '165282.41', 84),
      at(14, 'openingBalance', '165282.41', 88),
      at(14, 'closingBalance', '165490.41', 97),
      at(14, 'sumCredits', '165800.31', 89),
      at(15, 'openingBalance', '22345.10', 106),
      at(15, 'closingBalance', '34160.25', 119),
      at(15, 'sumCredits', '3111.76', 107),
      at(16, 'closingBalance', '22345.10', 127),
      at(16, 'sumCredits', '3288.86', 124),
      at(17, 'openingBalance', '61914.51', 131),
      at(17, 'closingBalance', '22345.10', 147),
      at(17, 'sumCredits', '52415.35', 140),
      at(18, 'openingBalance', '22345.10', 151),
      at(19, 'closingBalance', '61914.51', 157),
      at(20, 'openingBalance', '61914.51', 161),
      at(20, 'closingBalance', '61914.51', 186),
      at(20, 'sumCredits', '76118.50', 165),
      at(20, 'sumDebits', '37390.79', 169),
      at(21, 'openingBalance', '22345.10', 195),
      at(21, 'closingBalance', '390838.66', 196),
      at(22, 'closingBalance', '381467.01', 201),
      at(23, 'openingBalance', '61914.51', 205),
      at(23, 'closingBalance', '381544.01', 206),
      at(30, 'closingBalance', '-65499.34', 254),
      at(31, 'openingBalance', '-65499.34', 258),
      at(31, 'closingBalance', '-64254.34', 259),
      at(32, 'openingBalance', '-64254.34', 263),
      at(32, 'closingBalance', '-126631.51', 272),
      at(32, 'sumDebits', '62377.17', 264),
    ],
  },
  'mt942/railslove+cmxl__mt942.txt': {
    reason: currencyOf34,
    values: [at(0, 'currency', 'EUR', 4), at(1, 'currency', 'EUR', 16)],
  },
  'mt942/svenstaro+mt940-rs__mt942.sta': { reason: currencyOf34, values: [at(0, 'currency', 'EUR', 4)] },
  'mt942/wolph+mt940__mt942.sta': { reason: currencyOf34, values: [at(0, 'currency', 'PLN', 5)] },
}

/** Files that `inspect` refuses, with code, line and reason. For none of them are there sums to agree on. */
export const refused: Readonly<Record<string, { code: string; line: number | null; reason: string }>> = {
  'camt.052/Barzahlen+camt_parser__valid_namespace.xml': {
    code: 'format_unknown',
    line: null,
    reason: 'a Document without a message (lines 2-4)',
  },
  'ocr/stiftelsen-effekt+effekt-backend__ocr_test.ocr': {
    code: 'entry_unreadable',
    line: 2,
    reason: 'the settlement date of the payment is 220017, the 22nd of no month',
  },
  'mt940/railslove+cmxl__mt940-with-colon-after-line-break.txt': {
    code: 'file_truncated',
    line: 1,
    reason:
      'the file ends in the words of its only movement, in the middle of a line; no 62F, no end of the message',
  },
  'mt940/mmalcek+mt940__test.sta': {
    code: 'entry_unreadable',
    line: 6,
    reason: 'a template: words like DATE_CREDIT_DEBIT_AMOUNT_1 stand where dates and amounts belong',
  },
}
