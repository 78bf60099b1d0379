/** The texts of the board come with it. */
import { addTexts } from '@/i18n'
import board from '@/i18n/zh/board'

addTexts({ board })
