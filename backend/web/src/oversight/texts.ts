/** The texts of these pages come with them. */
import { addTexts } from '@/i18n'
import oversight from '@/i18n/zh/oversight'

addTexts({ oversight })
