// Pages whose content takes the place of another's, without anything being loaded anew.

/**
 * Call for each page after the first. Material for MkDocs says so (`navigation.instant`) through an
 * observable that gives the page that is there, too (`document$`, mkdocs-material 9.8).
 */
export function onNextPage(scope, call) {
  let first = true;
  scope.document$?.subscribe(() => {
    if (!first) {
      call();
    }
    first = false;
  });
}
