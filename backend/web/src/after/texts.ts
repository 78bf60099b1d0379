/** The texts of these pages come with them. */
import { addTexts } from '@/i18n'
import after from '@/i18n/zh/after'

addTexts({ after })
