@echo off
chcp 936 >nul
setlocal
cd /d "%~dp0"
echo 安装 fupin @VERSION@（不用上网，只用这个文件夹里的文件）
set "PY="
py -3.11 -c "" >nul 2>nul
if not errorlevel 1 set "PY=py -3.11"
if defined PY goto found
python -c "import sys; sys.exit(sys.version_info[:2] != (3, 11))" >nul 2>nul
if not errorlevel 1 set "PY=python"
if defined PY goto found
echo 错误: 没有找到 Python 3.11
echo 提示: 先装 64 位的 Python 3.11（安装时勾选 Add python.exe to PATH），再运行一次
goto failed
:found
%PY% -c "import struct, sys; sys.exit(struct.calcsize('P') != 8)"
if not errorlevel 1 goto venv
echo 错误: 装的是 32 位的 Python，这个安装包要 64 位的
goto failed
:venv
if not exist venv\Scripts\python.exe %PY% -m venv venv
if errorlevel 1 goto failed
venv\Scripts\python.exe -m pip install --quiet --disable-pip-version-check --no-index --find-links wheels --require-hashes --force-reinstall -r requirements.txt
if errorlevel 1 goto failed
venv\Scripts\fupin.exe --version
if errorlevel 1 goto failed
echo 装好了。每个月的工作：双击 fupin.bat
pause
exit /b 0
:failed
echo 没有装好。把上面的字拍下来，报给维护人员
pause
exit /b 1
