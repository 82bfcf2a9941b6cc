//! Excel workbooks. Texts are texts there, so that nothing runs; a number is one only where it looks
//! the same again.

use datafusion::arrow::array::RecordBatch;
use kaishu_types::ReceiptCode;
use kaishu_types::table::TableColumn;
use kaishu_types::vocabulary::ItemType;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, XlsxError};

use super::pipe::Pipe;
use super::{MARK, RowWriter};
use crate::TableError;
use crate::cells::cell;

/// Rows of a sheet, with its header.
const SHEET_ROWS: u32 = 1_048_576;
const SHEET_COLUMNS: usize = 16_384;
const CELL_CHARACTERS: usize = 32_767;

pub(super) struct Xlsx {
    pipe: Pipe,
    workbook: Workbook,
    columns: Vec<TableColumn>,
    sheet: usize,
    row: u32,
    n_rows: u64,
}

fn failed(error: XlsxError) -> TableError {
    TableError::Unreadable(format!("the workbook cannot be written: {error}"))
}

impl Xlsx {
    pub(super) fn new(
        pipe: Pipe,
        columns: &[TableColumn],
        mark: Option<&ReceiptCode>,
    ) -> Result<Self, TableError> {
        if columns.len() > SHEET_COLUMNS {
            return Err(TableError::Limit(format!("a sheet has {SHEET_COLUMNS} columns at most")));
        }
        let mut xlsx = Self {
            pipe,
            workbook: dateless(mark)?,
            columns: columns.to_vec(),
            sheet: 0,
            row: 0,
            n_rows: 0,
        };
        xlsx.begin_sheet()?;
        Ok(xlsx)
    }

    /// Begins a sheet with the names of the columns; what is too long for one goes on in the next.
    fn begin_sheet(&mut self) -> Result<(), TableError> {
        let sheet = self.workbook.add_worksheet_with_constant_memory().map_err(failed)?;
        sheet.set_name(format!("{}", self.sheet + 1)).map_err(failed)?;
        let bold = Format::new().set_bold();
        for (place, column) in (0_u16..).zip(&self.columns) {
            sheet.write_string_with_format(0, place, &column.name, &bold).map_err(failed)?;
        }
        self.row = 1;
        Ok(())
    }

    fn put(&mut self, place: u16, text: &str, item_type: ItemType) -> Result<(), TableError> {
        if text.chars().count() > CELL_CHARACTERS {
            let column = self.columns.get(usize::from(place));
            return Err(TableError::Limit(format!(
                "row {}, column `{}` has more than {CELL_CHARACTERS} characters, which no cell of a \
                 workbook holds; take CSV or JSON",
                self.n_rows + 1,
                column.map(|column| column.name.as_str()).unwrap_or_default(),
            )));
        }
        let sheet = self.workbook.worksheet_from_index(self.sheet).map_err(failed)?;
        let is_number = matches!(item_type, ItemType::Integer | ItemType::Decimal);
        let number =
            text.parse::<f64>().ok().filter(|number| is_number && number.to_string() == text);
        match number {
            Some(number) => sheet.write_number(self.row, place, number).map_err(failed)?,
            None => sheet.write_string(self.row, place, text).map_err(failed)?,
        };
        Ok(())
    }
}

impl RowWriter for Xlsx {
    fn write(&mut self, batch: &RecordBatch) -> Result<(), TableError> {
        for row in 0..batch.num_rows() {
            if self.row == SHEET_ROWS {
                self.sheet += 1;
                self.begin_sheet()?;
            }
            for (place, column) in (0_u16..).zip(batch.columns()) {
                let item_type =
                    self.columns.get(usize::from(place)).map_or(ItemType::Text, |it| it.item_type);
                if let Some(text) = cell(column, row).filter(|text| !text.is_empty()) {
                    self.put(place, &text, item_type)?;
                }
            }
            self.row += 1;
            self.n_rows += 1;
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<(), TableError> {
        self.workbook.save_to_writer(&mut self.pipe).map_err(failed)?;
        Ok(std::io::Write::flush(&mut self.pipe)?)
    }
}

/// A workbook that does not say when it was written: the same answer is the same bytes. The mark is the comment of
/// its properties.
fn dateless(mark: Option<&ReceiptCode>) -> Result<Workbook, TableError> {
    let mut workbook = Workbook::new();
    let day = ExcelDateTime::from_ymd(2000, 1, 1).map_err(failed)?;
    let mut properties = DocProperties::new().set_creation_datetime(&day);
    if let Some(mark) = mark {
        properties = properties.set_comment(format!("{MARK} {mark}"));
    }
    workbook.set_properties(&properties);
    Ok(workbook)
}
