/** The texts of these pages come with them. */
import { addTexts } from '@/i18n'
import rota from '@/i18n/zh/rota'

addTexts({ rota })
