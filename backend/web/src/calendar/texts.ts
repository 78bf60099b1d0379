/** The texts of these pages come with them. */
import { addTexts } from '@/i18n'
import calendar from '@/i18n/zh/calendar'

addTexts({ calendar })
