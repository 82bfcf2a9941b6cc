//! Where values stand in GeoJSON: in the properties of a feature, in its geometry, and in members
//! whose shape the standard fixes.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::contents::Records;

const GEOMETRIES: &[&str] = &[
    "Point",
    "MultiPoint",
    "LineString",
    "MultiLineString",
    "Polygon",
    "MultiPolygon",
    "GeometryCollection",
];

/// Looks through a collection of features; `None` where it is none.
pub(super) fn look(collection: &Map<String, Value>) -> Option<Records> {
    let features = collection.get("features")?.as_array()?;
    let mut records = Records::default();
    for (member, value) in collection {
        note(&mut records, "the collection", member, of_collection(member, value));
    }
    let mut names = BTreeSet::new();
    let mut has_geometry = false;
    for feature in features {
        for (member, value) in feature.as_object()? {
            match member.as_str() {
                "properties" if value.is_null() => {}
                "properties" => {
                    let properties = value.as_object()?;
                    names.extend(properties.keys().cloned());
                    records.doubt_nested(properties);
                }
                "geometry" => {
                    has_geometry = true;
                    if let Err(reason) = check_geometry(value) {
                        records.doubt(reason);
                    }
                }
                _ => note(&mut records, "a feature", member, of_feature(member, value)),
            }
        }
    }
    records.names.extend(names);
    // A property of this name would be another field.
    records.names.extend(has_geometry.then(|| "geometry".to_owned()));
    Some(records)
}

/// Notes a member that the standard does not know, or that is not of its shape.
fn note(records: &mut Records, place: &str, member: &str, is_sound: Option<bool>) {
    match is_sound {
        Some(true) => {}
        Some(false) => {
            records.doubt(format!("the member `{member}` of {place} is not as GeoJSON has it"));
        }
        None => {
            records.foreign.insert(member.to_owned());
        }
    }
}

/// Says whether a member is as the standard has it; `None` where the standard has none.
fn of_collection(member: &str, value: &Value) -> Option<bool> {
    match member {
        "features" => Some(true),
        "type" => Some(value == "FeatureCollection"),
        "name" => Some(value.is_string()),
        "crs" => Some(value.is_null() || is_named_reference(value)),
        "bbox" => Some(is_box(value)),
        _ => None,
    }
}

/// As [`of_collection`], of a feature.
fn of_feature(member: &str, value: &Value) -> Option<bool> {
    match member {
        "type" => Some(value == "Feature"),
        "id" => Some(value.is_string() || value.is_number()),
        "bbox" => Some(is_box(value)),
        _ => None,
    }
}

/// Whether this is the named form of 2008: `{"type": "name", "properties": {"name": "…"}}`.
fn is_named_reference(value: &Value) -> bool {
    let has_two = value.as_object().is_some_and(|members| members.len() == 2);
    let properties = value.get("properties").and_then(Value::as_object);
    has_two
        && value.get("type").is_some_and(|kind| kind == "name")
        && properties.is_some_and(|properties| {
            properties.len() == 1 && properties.get("name").is_some_and(Value::is_string)
        })
}

/// Whether this is a box of two or three dimensions.
fn is_box(value: &Value) -> bool {
    value.as_array().is_some_and(|corners| {
        [4, 6].contains(&corners.len()) && corners.iter().all(Value::is_number)
    })
}

fn check_geometry(value: &Value) -> Result<(), String> {
    if value.is_null() {
        return Ok(());
    }
    let geometry = value.as_object().ok_or("a geometry is no object")?;
    for (member, value) in geometry {
        let is_sound = match member.as_str() {
            "type" => value.as_str().is_some_and(|kind| GEOMETRIES.contains(&kind)),
            "coordinates" => are_coordinates(value),
            "bbox" => is_box(value),
            "geometries" => {
                let parts = value.as_array().ok_or("the `geometries` of a geometry are no list")?;
                parts.iter().try_for_each(check_geometry)?;
                true
            }
            _ => return Err(format!("a geometry has the member `{member}`")),
        };
        if !is_sound {
            return Err(format!("the member `{member}` of a geometry is not as GeoJSON has it"));
        }
    }
    Ok(())
}

/// Whether this is a position of two or three numbers, or a list of such, as deep as it may be.
fn are_coordinates(value: &Value) -> bool {
    value.as_array().is_some_and(|parts| match parts.first() {
        Some(Value::Number(_)) => {
            (2..=3).contains(&parts.len()) && parts.iter().all(Value::is_number)
        }
        _ => parts.iter().all(are_coordinates),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn look_at(value: &Value) -> Option<Records> {
        look(value.as_object()?)
    }

    #[track_caller]
    fn check_member(member: &str, value: Value, may_stand: bool) {
        let collection = json!({"features": [], member: value});
        let records = look_at(&collection).unwrap_or_default();
        assert_eq!(records.unseen.is_none(), may_stand, "{collection}");
    }

    #[track_caller]
    fn check_feature(member: &str, value: Value, refused: Option<&str>) {
        let collection = json!({"features": [{"type": "Feature", member: value}]});
        let records = look_at(&collection).unwrap_or_default();
        match refused {
            None => assert_eq!(records.unseen, None, "{collection}"),
            Some(part) => {
                let reason = records.unseen.unwrap_or_default();
                assert!(reason.contains(part), "{collection}: {reason}");
            }
        }
    }

    #[test]
    fn members_of_the_collection_have_their_shape() {
        check_member("type", json!("FeatureCollection"), true);
        check_member("type", json!("138"), false);
        check_member("name", json!("学校"), true);
        check_member("name", json!({"phone": 138}), false);
        let named =
            json!({"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}});
        check_member("crs", named, true);
        check_member("crs", Value::Null, true);
        check_member("crs", json!({"phone": 138}), false);
        let link = json!({"type": "link", "properties": {"name": "https://example.org"}});
        check_member("crs", link, false);
        check_member("crs", json!({"type": "name", "properties": {"name": "a", "b": 1}}), false);
        let more = json!({"type": "name", "properties": {"name": "a"}, "phone": 138});
        check_member("crs", more, false);
        check_member("bbox", json!([1, 2, 3.5, 4]), true);
        check_member("bbox", json!([1, 2, 3]), false);
        check_member("bbox", json!(["138", 2, 3, 4]), false);
    }

    #[test]
    fn members_of_a_feature_have_their_shape() {
        check_feature("type", json!("Feature"), None);
        check_feature("type", json!("138"), Some("`type` of a feature"));
        check_feature("id", json!("a"), None);
        check_feature("id", json!(7), None);
        check_feature("id", json!({"phone": 138}), Some("`id` of a feature"));
        check_feature("bbox", json!({"phone": 138}), Some("`bbox` of a feature"));
        check_feature("properties", Value::Null, None);
        check_feature("properties", json!({"a": "x", "b": null}), None);
        check_feature("properties", json!({"a": {"phone": 138}}), Some("`a`"));
    }

    #[test]
    fn a_geometry_holds_places_only() {
        let point = |coordinates: Value| json!({"type": "Point", "coordinates": coordinates});
        check_feature("geometry", Value::Null, None);
        check_feature("geometry", point(json!([])), None);
        check_feature("geometry", point(json!([1, 2.5, 3])), None);
        check_feature("geometry", point(json!([[[1, 2], [3, 4]], []])), None);
        check_feature("geometry", json!({"type": "GeometryCollection", "geometries": []}), None);
        check_feature("geometry", json!({"bbox": [1, 2, 3, 4], "coordinates": [1, 2]}), None);
        check_feature("geometry", point(json!([1, 2, 3, 138])), Some("`coordinates`"));
        check_feature("geometry", point(json!([1, "138"])), Some("`coordinates`"));
        check_feature("geometry", point(json!({"phone": 138})), Some("`coordinates`"));
        check_feature("geometry", json!({"type": "138"}), Some("`type` of a geometry"));
        check_feature("geometry", json!({"owner_phone": "138"}), Some("`owner_phone`"));
        check_feature("geometry", json!("138"), Some("no object"));
        let inner = json!({"geometries": [{"type": "Point", "owner_phone": "138"}]});
        check_feature("geometry", inner, Some("`owner_phone`"));
    }

    #[test]
    fn what_is_outside_of_properties_is_no_field() {
        let collection = json!({
            "features": [{"properties": {"a": 1, "geometry": 2}, "geometry": null, "a": "138"}],
            "phones": ["138"],
        });
        let records = look_at(&collection).unwrap_or_default();
        assert_eq!(records.names, ["a", "geometry", "geometry"]);
        assert_eq!(records.foreign.iter().collect::<Vec<_>>(), ["a", "phones"]);
        assert_eq!(look_at(&json!({"features": [7]})), None);
        assert_eq!(look_at(&json!({"features": [{"properties": 7}]})), None);
    }
}
