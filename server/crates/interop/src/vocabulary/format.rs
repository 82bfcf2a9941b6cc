//! Formats.

use kaishu_types::vocabulary::Format;

use super::last_segment;
use crate::text::fold_width;

/// Finds the format of a resource from its own word, else its media type, else its address.
pub fn format(word: Option<&str>, media_type: Option<&str>, url: Option<&str>) -> Option<Format> {
    let from_word = word.and_then(format_of_word);
    if from_word.is_some_and(|format| format != Format::Other) {
        return from_word;
    }
    media_type
        .and_then(format_of_word)
        .or_else(|| url.and_then(extension).and_then(|ending| format_of_word(&ending)))
        .or(from_word)
}

/// Finds the format that a word, a file ending, a media type or a URI of a file type means.
pub fn format_of_word(raw: &str) -> Option<Format> {
    let folded = fold_width(raw).to_lowercase();
    let without_parameters = folded.split(';').next().unwrap_or(&folded).trim();
    let word = last_segment(without_parameters);
    let word = if without_parameters.contains("://") { word } else { without_parameters };
    let bare = word.rsplit_once('/').map_or(word, |(_, subtype)| subtype);
    let bare = bare.trim_start_matches('.').trim_end_matches("+zip").trim_end_matches('-');
    let is_image = word.starts_with("image/");
    let found = match bare {
        "csv" | "comma-separated-values" | "x-csv" | "csv-schema" => Format::Csv,
        "tsv" | "tab" | "tab-separated-values" => Format::Tsv,
        "xlsx"
        | "xlsm"
        | "excel (xlsx)"
        | "ooxml_xlsx"
        | "vnd.openxmlformats-officedocument.spreadsheetml.sheet" => Format::Xlsx,
        "xls" | "excel" | "vnd.ms-excel" | "msexcel" | "x-excel" | "microsoft excel" => Format::Xls,
        "ods" | "vnd.oasis.opendocument.spreadsheet" => Format::Ods,
        "json" | "x-json" | "jsonstat" => Format::Json,
        "ndjson" | "jsonl" | "json lines" | "x-ndjson" | "jsonlines" => Format::Ndjson,
        "xml" | "gml" | "gml+xml" | "vnd.ogc.gml" | "atom" | "atom+xml" | "rss" | "rss+xml" => {
            Format::Xml
        }
        "rdf" | "rdf_xml" | "rdf+xml" | "rdf_turtle" | "turtle" | "ttl" | "n3" | "n-triples"
        | "rdf_n_triples" | "nt" | "json-ld" | "jsonld" | "json_ld" | "ld+json" | "trig"
        | "rdf_trig" | "n-quads" | "nquads" => Format::Rdf,
        "geojson" | "geo+json" | "vnd.geo+json" => Format::Geojson,
        "shp" | "shapefile" | "esri shapefile" | "shape" | "x-shapefile" => Format::Shp,
        "kml" | "kmz" | "vnd.google-earth.kml+xml" | "vnd.google-earth.kmz" => Format::Kml,
        "parquet" | "vnd.apache.parquet" | "x-parquet" => Format::Parquet,
        "zip" | "x-zip-compressed" | "x-zip" | "7z" | "rar" | "gz" | "gzip" | "x-gzip" | "tar"
        | "tgz" | "x-7z-compressed" | "x-tar" | "bz2" => Format::Zip,
        "txt" | "text" | "plain" | "asc" => Format::Txt,
        "pdf" | "pdfa1a" | "pdfa1b" | "pdfa2a" | "pdfx" => Format::Pdf,
        "doc"
        | "docx"
        | "odt"
        | "rtf"
        | "word"
        | "msword"
        | "ppt"
        | "pptx"
        | "vnd.openxmlformats-officedocument.wordprocessingml.document" => Format::Doc,
        "html" | "htm" | "xhtml" | "xhtml+xml" | "html_simpl" | "web page" | "webpage" => {
            Format::Html
        }
        "jpeg" | "jpg" | "png" | "gif" | "tiff" | "tif" | "svg" | "svg+xml" | "bmp" | "webp"
        | "geotiff" | "image" => Format::Image,
        "api"
        | "rest"
        | "rest api"
        | "webservice"
        | "web service"
        | "wms"
        | "wfs"
        | "wcs"
        | "wmts"
        | "ogc wms"
        | "ogc wfs"
        | "wms_srvc"
        | "wfs_srvc"
        | "sparql"
        | "sparqlq"
        | "odata"
        | "soap"
        | "arcgis geoservices rest api"
        | "esri rest"
        | "ogc api"
        | "接口" => Format::Api,
        "las" | "laz" | "obj" | "ply" | "gtfs" | "bin" | "octet-stream" | "cdf" | "netcdf"
        | "nc" | "hdf" | "hdf5" | "gpkg" | "mdb" | "sqlite" | "dxf" | "dwg" | "ai" | "video"
        | "mp4" | "mp3" | "s3 bucket" | "sns topic" => Format::Other,
        _ if is_image => Format::Image,
        _ => return None,
    };
    Some(found)
}

/// Returns the file ending of an address.
fn extension(url: &str) -> Option<String> {
    let path = url.split(['?', '#']).next()?;
    let after_scheme = path.split_once("://").map_or(path, |(_, rest)| rest);
    let (_, name) = after_scheme.rsplit_once('/')?;
    let (_, ending) = name.rsplit_once('.')?;
    Some(ending.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(
        word: Option<&str>,
        media_type: Option<&str>,
        url: Option<&str>,
        expected: Option<Format>,
    ) {
        assert_eq!(format(word, media_type, url), expected, "{word:?} {media_type:?} {url:?}");
    }

    #[test]
    fn formats() {
        check(Some("CSV"), None, None, Some(Format::Csv));
        check(Some(".xlsx"), None, None, Some(Format::Xlsx));
        check(Some("text/csv; charset=utf-8"), None, None, Some(Format::Csv));
        check(None, Some("application/vnd.ms-excel"), None, Some(Format::Xls));
        check(
            Some("http://publications.europa.eu/resource/authority/file-type/RDF_TURTLE"),
            None,
            None,
            Some(Format::Rdf),
        );
        check(
            Some("https://www.iana.org/assignments/media-types/text/csv"),
            None,
            None,
            Some(Format::Csv),
        );
        check(None, None, Some("https://example.org/a/air.geojson?x=1#y"), Some(Format::Geojson));
        check(None, None, Some("https://example.org"), None);
        check(Some("LAS"), None, None, Some(Format::Other));
        check(Some("xisx"), None, Some("https://example.org/a.xlsx"), Some(Format::Xlsx));
        check(Some("image/webp"), None, None, Some(Format::Image));
        check(Some("xyzzy"), None, None, None);
    }
}
