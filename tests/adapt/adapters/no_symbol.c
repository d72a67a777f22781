/* A shared object that is no adapter. */
int not_an_adapter(void);
int not_an_adapter(void) {
  return 0;
}
