pub fn loaded(_: &std::path::Path) -> bool {
    true
}
pub fn load(_: &std::path::Path, _: &crate::store::Store, _: u16) -> anyhow::Result<()> {
    Ok(())
}
